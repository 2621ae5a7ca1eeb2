"""Loads the weights that topfive wrote into Python's own network, strictly, and saves them again with torch.save.

  python exchange_weights.py DIRECTORY

Reads DIRECTORY/topfive.safetensors; writes zip.pth, legacy.pth and nested.pth beside it and prints the logits of the
golden picture as JSON. Needs torch alone: the safetensors format is read in a few lines here.
"""
import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn

from deterministic_weights import pictures

TYPES = {"F32": torch.float32, "I64": torch.int64}


class Network(nn.Module):
    """torchvision's AlexNet, by its layout of modules."""

    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(),
            nn.Linear(4096, num_classes))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def read_safetensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=TYPES[entry["dtype"]]).view(entry["shape"])
    return tensors


def main():
    directory = Path(sys.argv[1])
    state = read_safetensors(directory / "topfive.safetensors")
    network = Network(state["classifier.6.bias"].numel()).eval()
    network.load_state_dict(state, strict=True)
    torch.save(network.state_dict(), directory / "zip.pth")
    torch.save(network.state_dict(), directory / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"epoch": 1, "state_dict": nn.DataParallel(network).state_dict()}, directory / "nested.pth")
    with torch.no_grad():
        print(json.dumps(network(pictures(1, 3, 96, 96))[0].tolist()))


if __name__ == "__main__":
    main()
