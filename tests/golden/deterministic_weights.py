"""Weights and pictures that Python and C++ make alike, without files of random numbers."""
import math

import torch


def hashed(count, key):
    """`count` numbers in [-0.5, 0.5), each a hash of its index and `key`; exact in float32."""
    index = torch.arange(count, dtype=torch.int64)
    mixed = (index * 2654435761 + key * 40503 + 12345) % 4294967296
    mixed = (mixed * 69069 + (mixed // 65536)) % 4294967296
    return ((mixed // 256).to(torch.float64) / 16777216.0 - 0.5).to(torch.float32)


def fill(module):
    """Gives every parameter hashed values of the size that keeps activations near one."""
    with torch.no_grad():
        for key, parameter in enumerate(module.parameters()):
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
            scale = math.sqrt(24.0 / fan_in) if parameter.dim() > 1 else 0.5
            parameter.copy_(hashed(parameter.numel(), key + 1).view_as(parameter) * scale)


def pictures(*shape):
    return hashed(math.prod(shape), 1000).view(shape) * 4.0
