"""Pictures by a formula that the C++ tests compute as well, so that only checksums need to be stored."""

import zlib

import numpy
from PIL import Image

MASK = 0xFFFFFFFF


def pixels(width, height, channels, seed):
    """Hashed positions; where seed is a multiple of 3 only black and white, which makes cubic filters clip."""
    position = numpy.arange(width * height * channels, dtype=numpy.uint64)
    value = (position * 2654435761 + seed * 40503) & MASK
    value ^= value >> 15
    value = (value * 2246822519) & MASK
    value ^= value >> 13
    value &= 255
    if seed % 3 == 0:
        value = numpy.where(value >= 128, 255, 0)
    shape = (height, width) if channels == 1 else (height, width, channels)
    return value.astype(numpy.uint8).reshape(shape)


def picture(width, height, channels, seed):
    return Image.fromarray(pixels(width, height, channels, seed))


def checksum(image):
    return zlib.crc32(image.tobytes())
