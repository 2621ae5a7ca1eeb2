"""Prints the sizes that the test of progressive resizing pins: NumPy's interpolation and rounding, as FFCV's ImageNet
training uses them.

Run: pip install numpy; python progressive_sizes.py
"""

import numpy


def size(epoch, start_size, end_size, start_epoch, end_epoch, multiple=32):
    if epoch <= start_epoch:
        return start_size
    if epoch >= end_epoch:
        return end_size
    place = numpy.interp([epoch], [start_epoch, end_epoch], [start_size, end_size])
    return int(numpy.round(place[0] / multiple)) * multiple


def main():
    for recipe in [(160, 192, 11, 13), (160, 192, 29, 34), (160, 192, 65, 76), (96, 224, 2, 10), (128, 128, 0, 5)]:
        print(recipe, [size(epoch, *recipe) for epoch in range(recipe[2], recipe[3] + 1)])
    print("multiple of 4", [size(epoch, 112, 224, 0, 10, 4) for epoch in range(12)])


if __name__ == "__main__":
    main()
