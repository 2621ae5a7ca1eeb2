"""Safetensors files in plain Python, independent of the library under test.

  python3 safetensors_files.py write python_written.safetensors   makes the file that the tests read
  python3 safetensors_files.py read  topfive_written.safetensors  prints what a file holds; used to approve the
                                                                  file that the tests compare written bytes with
"""
import json
import struct
import sys

FORMATS = {"F32": "f", "F64": "d", "I64": "q", "I32": "i", "U8": "B"}


def read(path):
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = FORMATS[entry["dtype"]]
        count = (end - begin) // struct.calcsize(code)
        tensors[name] = (entry["dtype"], entry["shape"], struct.unpack(f"<{count}{code}", data[begin:end]))
    return tensors, metadata


def write(path):
    data = struct.pack("<6f", -1.5, -0.5, 0.5, 1.5, 2.5, 3.5) + struct.pack("<q", 7)
    header = json.dumps({
        "ramp": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "count": {"dtype": "I64", "shape": [], "data_offsets": [24, 32]},
        "__metadata__": {"format": "pt"},
    }).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + data)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        print(read(sys.argv[2]))
