"""Writes a tiny MNIST-like data set with Python's own struct and gzip modules.

Run in this directory: python3 idx_files.py. Picture i, row y, column x has the value (40 i + 10 y + x) mod 256;
3 pictures of 2 x 3 pixels with the labels 7, 0, 9.
"""

import gzip
import struct

IMAGES, HEIGHT, WIDTH = 3, 2, 3

pixels = bytes(
    (40 * i + 10 * y + x) % 256 for i in range(IMAGES) for y in range(HEIGHT) for x in range(WIDTH)
)


def write(name: str, content: bytes) -> None:
    with open(name + ".gz", "wb") as file:
        file.write(gzip.compress(content, mtime=0))


write("t10k-images-idx3-ubyte", struct.pack(">IIII", 0x803, IMAGES, HEIGHT, WIDTH) + pixels)
write("t10k-labels-idx1-ubyte", struct.pack(">II", 0x801, IMAGES) + bytes([7, 0, 9]))
