"""Writes pil_decode.json: small JPEG and PNG files and the RGB and grey pixels that Pillow reads from them, as hex.

Run: pip install pillow==12.3.0 numpy; python pil_decode.py
"""

import io
import json
from pathlib import Path

import numpy
import PIL
from PIL import Image

ADOBE = b"\xff\xee\x00\x0eAdobe"


def smooth(width, height, channels):
    """A picture with gradients, so that chroma upsampling and the IDCT matter."""
    y, x, c = numpy.mgrid[0:height, 0:width, 0:channels]
    value = 128 + 90 * numpy.sin(x / (3.0 + c)) + 60 * numpy.cos(y / (2.0 + c) + x / 9.0)
    return numpy.clip(value, 0, 255).astype(numpy.uint8)


def from_pixels(mode, width, height, channels):
    return Image.frombytes(mode, (width, height), smooth(width, height, channels).tobytes())


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def with_adobe_transform(data, transform):
    """The same CMYK file declared as YCCK (2), or with the marker taken out (None)."""
    start = data.index(ADOBE)
    end = start + 2 + 14
    if transform is None:
        return data[:start] + data[end:]
    return data[:end - 1] + bytes([transform]) + data[end:]


def jpeg_files():
    rgb = Image.fromarray(smooth(19, 13, 3))
    grey = Image.fromarray(smooth(18, 21, 1)[:, :, 0])
    cmyk = from_pixels("CMYK", 17, 10, 4)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield f"rgb {subsampling}", encode(rgb, "JPEG", quality=85, subsampling=subsampling)
    yield "rgb low quality", encode(rgb, "JPEG", quality=10)
    yield "rgb progressive", encode(rgb, "JPEG", quality=90, progressive=True)
    yield "rgb restart markers", encode(rgb, "JPEG", quality=75, restart_marker_blocks=1)
    yield "one pixel", encode(rgb.crop((3, 3, 4, 4)), "JPEG")
    yield "rgb not transformed", encode(rgb, "JPEG", keep_rgb=True)
    yield "grey", encode(grey, "JPEG", quality=80)
    yield "grey progressive", encode(grey, "JPEG", quality=80, progressive=True)
    data = encode(cmyk, "JPEG", quality=90)
    yield "cmyk adobe", data
    yield "cmyk without marker", with_adobe_transform(data, None)
    yield "ycck", with_adobe_transform(data, 2)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "exif rotated", encode(rgb, "JPEG", quality=85, exif=exif)


def png_files():
    rgb = Image.fromarray(smooth(19, 13, 3))
    yield "png rgb", encode(rgb, "PNG")
    yield "png rgba", encode(from_pixels("RGBA", 11, 7, 4), "PNG")
    yield "png grey", encode(rgb.convert("L"), "PNG")
    yield "png grey with alpha", encode(from_pixels("LA", 9, 8, 2), "PNG")
    yield "png bilevel", encode(rgb.convert("1"), "PNG")
    yield "png palette", encode(rgb.quantize(16), "PNG")
    yield "png with text", encode(rgb, "PNG", exif=b"Exif\0\0", dpi=(72, 72))


def case(name, data):
    image = Image.open(io.BytesIO(data))
    rgb = image.convert("RGBA").convert("RGB") if image.mode == "LA" else image.convert("RGB")
    return {"name": name, "file": data.hex(), "width": image.width, "height": image.height,
            "rgb": rgb.tobytes().hex(), "grey": rgb.convert("L").tobytes().hex()}


def main():
    cases = [case(name, data) for name, data in [*jpeg_files(), *png_files()]]
    lines = ",\n".join(json.dumps(c) for c in cases)
    text = f'{{"made_by": "Pillow {PIL.__version__}", "cases": [\n{lines}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
