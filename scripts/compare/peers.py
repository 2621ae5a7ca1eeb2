"""The loaders that are compared: each in its documented best way for one core, and all with the same work.

Work: file -> decode -> RandomResizedCrop 224 (area 0.08-1, aspect 3/4-4/3) -> flip -> normalised float32 batch of 64.

A loader is a class with
  batches(inputs)              an endless iterator over normalised batches (tensors or arrays)
  pixels(data, window, flip)   the uint8 picture of one explicit window, [224, 224, 3]; or
  whole_pictures(inputs)       where windows cannot be given: every picture of the list scaled to 224x224
"""

import os

import numpy

SIZE = 224
BATCH = 64
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
AREA = (0.08, 1.0)
ASPECT = (3 / 4, 4 / 3)
ENDLESS = 1_000_000_000


class TorchvisionPil:
    """torchvision's reference pipeline on Pillow pictures. In this process: a worker process would only add copies."""
    title = "torchvision, PIL"
    packages = ("torchvision", "pillow")
    notes = "antialias; full decode"

    def transforms(self):
        import torch
        from torchvision.transforms import v2
        return v2.Compose([v2.RandomResizedCrop(SIZE, AREA, ASPECT), v2.RandomHorizontalFlip(), v2.PILToTensor(),
                           v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])

    def open(self, path):
        from PIL import Image
        with open(path, "rb") as file:
            return Image.open(file).convert("RGB")

    def batches(self, inputs):
        import torch
        from torch.utils.data import DataLoader, RandomSampler
        torch.set_num_threads(1)
        data = FileDataset(inputs["files"], self.open, self.transforms())
        sampler = RandomSampler(data, num_samples=ENDLESS // 1000)
        for images, _ in DataLoader(data, BATCH, sampler=sampler, num_workers=0):
            yield images

    def pixels(self, data, window, flip):
        import io
        from PIL import Image
        from torchvision.transforms import functional as F
        left, top, width, height = window
        image = Image.open(io.BytesIO(data)).convert("RGB")
        image = F.resized_crop(image, top, left, height, width, [SIZE, SIZE], F.InterpolationMode.BILINEAR)
        return numpy.asarray(F.hflip(image) if flip else image)


class FileDataset:
    """A map-style data set; torch's DataLoader asks for nothing but these two."""

    def __init__(self, files, open_file, transform):
        self.files, self.open_file, self.transform = files, open_file, transform

    def __len__(self):
        return len(self.files)

    def __getitem__(self, number):
        return self.transform(self.open_file(self.files[number])), number


class TorchvisionTensor(TorchvisionPil):
    """torchvision's own decoder and tensor transforms: libjpeg-turbo, antialiased uint8 resize."""
    title = "torchvision, v2 tensor"
    packages = ("torchvision", "torch")
    notes = "antialias; full decode"

    def transforms(self):
        import torch
        from torchvision.transforms import v2
        return v2.Compose([v2.RandomResizedCrop(SIZE, AREA, ASPECT, antialias=True), v2.RandomHorizontalFlip(),
                           v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])

    def open(self, path):
        from torchvision.io import ImageReadMode, decode_jpeg, read_file
        return decode_jpeg(read_file(path), ImageReadMode.RGB)

    def pixels(self, data, window, flip):
        import torch
        from torchvision.io import ImageReadMode, decode_jpeg
        from torchvision.transforms.v2 import functional as F
        left, top, width, height = window
        image = decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8), ImageReadMode.RGB)
        image = F.resized_crop(image, top, left, height, width, [SIZE, SIZE], antialias=True)
        return (F.hflip(image) if flip else image).permute(1, 2, 0).numpy()


class Albumentations(TorchvisionPil):
    """OpenCV's decoder, then albumentations as its documentation shows it."""
    title = "albumentations + OpenCV"
    packages = ("albumentations", "opencv-python-headless")
    notes = "no antialias; full decode"

    def __init__(self):
        os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it asks the network for a newer release otherwise

    def transforms(self):
        import albumentations
        import cv2
        from albumentations.pytorch import ToTensorV2
        cv2.setNumThreads(0)
        chain = albumentations.Compose([
            albumentations.RandomResizedCrop((SIZE, SIZE), AREA, ASPECT, interpolation=cv2.INTER_LINEAR),
            albumentations.HorizontalFlip(), albumentations.Normalize(MEAN, STD), ToTensorV2()])
        return lambda image: chain(image=image)["image"]

    def open(self, path):
        return self.decode(numpy.fromfile(path, dtype=numpy.uint8))

    def decode(self, data):
        import cv2
        return cv2.imdecode(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)

    def pixels(self, data, window, flip):
        import albumentations
        left, top, width, height = window
        chain = albumentations.Compose([albumentations.Crop(left, top, left + width, top + height),
                                        albumentations.Resize(SIZE, SIZE)])
        image = chain(image=self.decode(numpy.frombuffer(data, numpy.uint8)))["image"]
        return image[:, ::-1] if flip else image


class Dali:
    """NVIDIA DALI's CPU operators: decodes the window of the crop only."""
    title = "DALI, CPU"
    packages = ("nvidia-dali-cuda130",)
    notes = "antialias; window decode"

    def batches(self, inputs):
        from nvidia.dali import fn, pipeline_def, types

        @pipeline_def(batch_size=BATCH, num_threads=1, device_id=None, seed=1, prefetch_queue_depth=2)
        def pipeline():
            data, label = fn.readers.file(files=inputs["files"], random_shuffle=True, name="reader")
            image = fn.decoders.image_random_crop(data, device="cpu", output_type=types.RGB, random_area=list(AREA),
                                                  random_aspect_ratio=list(ASPECT), num_attempts=10)
            image = fn.resize(image, resize_x=SIZE, resize_y=SIZE, interp_type=types.INTERP_LINEAR, antialias=True)
            image = fn.crop_mirror_normalize(image, dtype=types.FLOAT, output_layout="CHW",
                                             mean=[255 * m for m in MEAN], std=[255 * s for s in STD],
                                             mirror=fn.random.coin_flip())
            return image, label

        built = pipeline()
        built.build()
        while True:
            images, _ = built.run()
            yield numpy.asarray(images.as_tensor())

    def pixels(self, data, window, flip):
        from nvidia.dali import fn, pipeline_def, types
        left, top, width, height = window

        @pipeline_def(batch_size=1, num_threads=1, device_id=None)
        def pipeline():
            encoded = fn.external_source(lambda: [numpy.frombuffer(data, numpy.uint8)])
            image = fn.decoders.image_slice(encoded, (left, top), (width, height), axis_names="WH",
                                            normalized_anchor=False, normalized_shape=False, output_type=types.RGB)
            image = fn.resize(image, resize_x=SIZE, resize_y=SIZE, interp_type=types.INTERP_LINEAR, antialias=True)
            return fn.flip(image, horizontal=int(flip))

        built = pipeline()
        built.build()
        return numpy.asarray(built.run()[0].as_tensor())[0].copy()


class Ffcv:
    """FFCV on a file that holds the same JPEG bytes. One worker thread, everything compiled by Numba."""
    title = "FFCV, same JPEG bytes"
    packages = ("ffcv", "numba")
    notes = "area filter; full decode"

    def batches(self, inputs):
        import torch
        from ffcv.fields.rgb_image import RandomResizedCropRGBImageDecoder
        from ffcv.loader import Loader, OrderOption
        from ffcv.transforms import NormalizeImage, RandomHorizontalFlip, ToTensor, ToTorchImage
        from ffcv_bytes import JpegBytesField
        torch.set_num_threads(1)
        mean, std = 255 * numpy.array(MEAN), 255 * numpy.array(STD)
        image = [RandomResizedCropRGBImageDecoder((SIZE, SIZE), AREA, ASPECT), RandomHorizontalFlip(),
                 NormalizeImage(mean, std, numpy.float32), ToTensor(), ToTorchImage(convert_back_int16=False)]
        repeats = max(1, inputs["long_epoch"] // len(inputs["files"]))
        indices = numpy.tile(numpy.arange(len(inputs["files"]), dtype=numpy.uint64), repeats)
        loader = Loader(inputs["beton"], BATCH, num_workers=1, os_cache=True, order=OrderOption.RANDOM,
                        indices=indices, pipelines={"image": image, "label": None},
                        custom_fields={"image": JpegBytesField})
        while True:
            for (images,) in loader:
                yield images

    def pixels(self, data, window, flip):
        import io
        from ffcv.libffcv import imdecode, resize_crop
        from PIL import Image
        left, top, width, height = window
        source = numpy.frombuffer(data, numpy.uint8)
        full_width, full_height = Image.open(io.BytesIO(data)).size
        decoded = numpy.empty((full_height, full_width, 3), numpy.uint8)
        imdecode(source, decoded, full_height, full_width, full_height, full_width, 0, 0, 1, 1, False, False)
        result = numpy.empty((SIZE, SIZE, 3), numpy.uint8)
        resize_crop(decoded, top, top + height, left, left + width, result)
        return result[:, ::-1] if flip else result


class TurboLoader:
    """TurboLoader's fused training pass over a tar of the same files."""
    title = "TurboLoader, train_aug"
    packages = ("turboloader",)
    notes = "no antialias; window decode"
    antialias = False

    def loader(self, tar, **options):
        import turboloader
        return turboloader.DataLoader(tar, batch_size=BATCH, num_workers=1, image_size=SIZE,
                                      antialias=self.antialias, **options)

    def batches(self, inputs):
        import turboloader
        loader = self.loader(inputs["tar"], output_format="pytorch", transform=turboloader.ImageNetNormalize(),
                             shuffle=True, train_aug=True)
        epoch = 0
        while True:
            loader.set_epoch(epoch)
            for images, _ in loader:
                yield images
            epoch += 1

    def whole_pictures(self, inputs):
        count, done = len(inputs["files"]), 0
        for images, meta in self.loader(inputs["tar"], output_format="numpy", shuffle=False):
            for number, image in zip(meta["indices"], images):
                if number < count:
                    yield int(number), numpy.rint(255 * image.astype(numpy.float64)).astype(numpy.uint8)
                    done += 1
            if done == count:
                return


class TurboLoaderAntialias(TurboLoader):
    title = "TurboLoader, train_aug + antialias"
    notes = "antialias; window decode"
    antialias = True


PEERS = {"torchvision_pil": TorchvisionPil, "torchvision_v2": TorchvisionTensor, "dali": Dali, "ffcv": Ffcv,
         "turboloader": TurboLoader, "turboloader_antialias": TurboLoaderAntialias, "albumentations": Albumentations}
