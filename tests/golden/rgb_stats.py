"""Writes rgb_stats.json: mean, standard deviation and principal components of the pixels of formula pictures, by numpy.

Run: pip install numpy pillow; python rgb_stats.py
"""

import json
from pathlib import Path

import numpy
from pil_picture import pixels

# width, height, seed; a sum of two pictures correlates the channels, as those of photos are.
PICTURES = [(31, 17, 1), (8, 40, 2), (25, 25, 4), (50, 3, 5)]


def colours(width, height, seed):
    rgb = pixels(width, height, 3, seed).astype(int)
    grey = pixels(width, height, 1, seed + 7).astype(int)[:, :, None]
    return ((rgb * numpy.array([1, 2, 3]) + 4 * grey) // numpy.array([5, 6, 7])).astype(numpy.uint8)


def main():
    pictures = [colours(*p).reshape(-1, 3) / 255.0 for p in PICTURES]
    whole = numpy.concatenate(pictures)
    values, vectors = numpy.linalg.eigh(numpy.cov(whole.T, bias=True))
    order = numpy.argsort(values)[::-1]
    result = {
        "made_by": f"numpy {numpy.__version__}",
        "pictures": PICTURES,
        "pixels": len(whole),
        "mean": whole.mean(axis=0).tolist(),
        "std": whole.std(axis=0).tolist(),
        "mean_std": numpy.mean([p.std(axis=0) for p in pictures], axis=0).tolist(),
        "eigenvalues": values[order].tolist(),
        "eigenvectors": vectors.T[order].tolist(),
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
