"""FFCV's image field with the JPEG file's own bytes instead of a new encoding."""

import numpy
from ffcv.fields import RGBImageField
from ffcv.fields.rgb_image import IMAGE_MODES
from ffcv.reader import Reader
from PIL import Image


class JpegBytesField(RGBImageField):
    """Writes what RGBImageField(write_mode='jpg') writes, but takes the encoded file. Read by the ordinary decoders."""

    def encode(self, destination, image, malloc):
        data, width, height = image
        destination["mode"] = IMAGE_MODES["jpg"]
        destination["width"], destination["height"] = width, height
        destination["data_ptr"], storage = malloc(len(data))
        storage[:] = numpy.frombuffer(data, dtype=numpy.uint8)


class SizedFiles:
    """The data set that the writer walks through."""

    def __init__(self, files):
        self.files = files

    def __len__(self):
        return len(self.files)

    def __getitem__(self, number):
        path = self.files[number]
        with Image.open(path) as image:
            width, height = image.size
        return (path.read_bytes(), width, height), number


def stored_bytes(target):
    """The bytes of every sample as they lie in the file, by the reader's own table."""
    reader = Reader(str(target), {"image": JpegBytesField})
    data = numpy.fromfile(target, dtype=numpy.uint8)
    sizes = {int(row["ptr"]): int(row["size"]) for row in reader.alloc_table}
    starts = [int(row["data_ptr"]) for row in reader.metadata["f0"]]
    return [data[start:start + sizes[start]].tobytes() for start in starts]
