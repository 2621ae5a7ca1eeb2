"""Shards by and for Python's webdataset (written with version 1.0.2).

  webdataset_shard.py write SHARD.tar   writes a shard with webdataset and prints what is in it
  webdataset_shard.py read SHARD.tar    prints what webdataset finds in a shard

One line a sample: key, label, SHA-256 of the picture. The committed golden files were made by
  webdataset_shard.py write webdataset-000000.tar > webdataset-000000.txt
The pictures are those of pil_decode.json.
"""

import hashlib
import json
import pathlib
import sys

import webdataset

KEYS = ["photo_0", "folder/photo_1", "f\u00fcr/photo_2", "long/" + 120 * "x", "photo_4", "photo_5"]


def show(key, label, picture):
    print(key, label, hashlib.sha256(picture).hexdigest())


def write(path):
    golden = json.loads((pathlib.Path(__file__).parent / "pil_decode.json").read_text())
    files = [bytes.fromhex(case["file"]) for case in golden["cases"]]
    jpegs = [file for file in files if file[:2] == b"\xff\xd8"]
    with webdataset.TarWriter(str(path), mtime=0) as shard:
        for number, key in enumerate(KEYS):
            label = (7 * number) % 10
            shard.write({"__key__": key, "jpg": jpegs[number], "cls": label, "json": {"number": number}})
            show(key, label, jpegs[number])


def read(path):
    for sample in webdataset.WebDataset(str(path), shardshuffle=False):
        show(sample["__key__"], int(sample["cls"]), sample["jpg"])


{"write": write, "read": read}[sys.argv[1]](pathlib.Path(sys.argv[2]))
