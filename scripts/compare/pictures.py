"""The files that every loader is given: the same bytes, in the container that each loader needs."""

import io
import random
import tarfile
from pathlib import Path

from PIL import Image

SUFFIXES = {".jpg", ".jpeg"}
# An epoch of a small sample would end every second, and some loaders start epochs slowly: lists are repeated up to this.
LONG_EPOCH = 20_000


def find_files(folder):
    """JPEG files in class sub-folders, in the order of classes and names; what a peer cannot take is named by main."""
    files = [f for f in Path(folder).glob("*/*") if f.suffix.lower() in SUFFIXES]
    return sorted(files, key=lambda f: (f.parent.name.encode(), f.name.encode()))


def is_plain(path):
    """RGB or grey JPEG: what every peer can decode. CMYK files and PNG files named .JPEG are left out for all."""
    with Image.open(path) as image:
        return image.format == "JPEG" and image.mode in ("RGB", "L")


def mirror(files, root):
    """root/train and root/val as links to the same files, for our own loader; class folders keep their names."""
    for path in files:
        link = root / "files" / path.parent.name / path.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    for split in ("train", "val"):
        (root / split).symlink_to("files")
    return sorted((root / "files").glob("*/*"), key=lambda f: (f.parent.name.encode(), f.name.encode()))


def reencoded(path, longest_side, quality):
    """The picture as FFCV's writer would shrink it: longest side, area filter, 4:2:0."""
    image = Image.open(path).convert("RGB")
    ratio = min(1.0, longest_side / max(image.size))
    size = tuple(max(1, int(side * ratio)) for side in image.size)
    stream = io.BytesIO()
    image.resize(size, Image.Resampling.BOX).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    return stream.getvalue()


def write_reencoded(files, root, longest_side=400, quality=90):
    written = []
    for path in files:
        target = root / path.parent.name / (path.stem + ".jpg")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(reencoded(path, longest_side, quality))
        written.append(target)
    return written


def write_tar(files, target):
    """A flat archive in the order of the list, repeated to a few thousand pictures, as TurboLoader reads it."""
    repeats = max(1, 2000 // len(files))
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        for number in range(repeats * len(files)):
            archive.add(files[number % len(files)].resolve(), arcname=f"{number:06}.jpg")
    return target


def write_beton(files, target):
    """FFCV's format with the files' own bytes: its writer would decode and encode anew. Read back and compared."""
    from ffcv.fields import IntField
    from ffcv.writer import DatasetWriter
    from ffcv_bytes import JpegBytesField, SizedFiles, stored_bytes

    DatasetWriter(str(target), {"image": JpegBytesField(), "label": IntField()}, num_workers=1).from_indexed_dataset(
        SizedFiles(files))
    stored = stored_bytes(target)
    if stored != [f.read_bytes() for f in files]:
        raise RuntimeError("the .beton file does not hold the JPEG files' bytes")
    return target


def describe(files):
    """What kind of pictures: the speed of a decoder depends on it."""
    sizes = [Image.open(f).size for f in files]
    bits = [8 * f.stat().st_size / (w * h) for f, (w, h) in zip(files, sizes)]
    return {"files": len(files), "mean_width": sum(w for w, _ in sizes) / len(files),
            "mean_height": sum(h for _, h in sizes) / len(files),
            "mean_bytes": sum(f.stat().st_size for f in files) / len(files),
            "median_bits_per_pixel": sorted(bits)[len(bits) // 2]}


def choose_windows(files, count=64, seed=224):
    """A fixed list of (file number, left, top, width, height, flip), drawn as RandomResizedCrop draws."""
    import torch
    from torchvision.transforms import RandomResizedCrop

    torch.manual_seed(seed)
    rng = random.Random(seed)
    windows = []
    for number in sorted(rng.sample(range(len(files)), min(count, len(files)))):
        with Image.open(files[number]) as image:
            top, left, height, width = RandomResizedCrop.get_params(image, [0.08, 1.0], [3 / 4, 4 / 3])
        windows.append((number, left, top, width, height, rng.random() < 0.5))
    return windows
