"""Weights and pictures that Python and C++ make alike, without files of random numbers."""
import math

import torch

CHUNK = 1 << 22


def key_of(name):
    """32-bit FNV-1a of a parameter's name."""
    key = 2166136261
    for byte in name.encode():
        key = ((key ^ byte) * 16777619) % 4294967296
    return key


def hashed(count, key):
    """`count` numbers in [-0.5, 0.5), each a hash of its index and `key`; exact in float32."""
    parts = []
    for start in range(0, count, CHUNK):
        index = torch.arange(start, min(start + CHUNK, count), dtype=torch.int64)
        mixed = (index * 2654435761 + key * 40503 + 12345) % 4294967296
        mixed = (mixed * 69069 + (mixed // 65536)) % 4294967296
        parts.append(((mixed // 256).to(torch.float64) / 16777216.0 - 0.5).to(torch.float32))
    return torch.cat(parts)


def values(name, tensor):
    """What the tensor of this name holds: sizes that keep activations near one through many layers."""
    numbers = hashed(tensor.numel(), key_of(name)).view_as(tensor)
    if name.endswith("running_mean"):
        return numbers * 0.2
    if name.endswith("running_var"):
        return 1.0 + numbers * 0.5
    if tensor.dim() > 1:
        return numbers * math.sqrt(24.0 / tensor[0].numel())
    if name.endswith("weight"):
        return 0.75 + numbers * 0.5
    return numbers * 0.5


def fill(module, rename=lambda name: name):
    """Gives parameters and running statistics their values; `rename` turns a Python name into the C++ one."""
    with torch.no_grad():
        for name, tensor in list(module.named_parameters()) + list(module.named_buffers()):
            if isinstance(tensor, torch.nn.Parameter) or "running_" in name:
                tensor.copy_(values(rename(name), tensor))


def pictures(*shape):
    return hashed(math.prod(shape), 1000).view(shape) * 4.0
