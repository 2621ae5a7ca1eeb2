"""Writes small weight files as Python's torch saves them, in both formats, and pth_values.json with what they hold.

Made with torch 2.13.0. Run: python pth_files.py
"""
import argparse
import json
from collections import OrderedDict
from pathlib import Path

import torch

HERE = Path(__file__).parent


def numbers(*shape, dtype=torch.float32, start=0):
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count) + start).to(dtype).view(shape) / (1 if not dtype.is_floating_point else 4)


def plain():
    return OrderedDict([
        ("conv.weight", numbers(2, 1, 3, 3)), ("conv.bias", numbers(2, start=5)),
        ("bn.running_mean", numbers(2, start=-3)), ("bn.num_batches_tracked", torch.tensor(7))])


def every_type():
    types = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
             torch.int8, torch.uint8]
    state = {str(t).removeprefix("torch."): numbers(3, dtype=t, start=1) for t in types}
    state["bool"] = torch.tensor([True, False, True])
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 4)
    return state


def views():
    base = numbers(4, 6)
    return {"whole": base, "transposed": base.t(), "rows": base[1:3], "columns": base[:, 2:5],
            "every_second": base.flatten()[::2], "permuted": numbers(2, 3, 4).permute(2, 0, 1)}


def module():
    layer = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for i, parameter in enumerate(layer.parameters()):
            parameter.copy_(numbers(*parameter.shape, start=i))
    return layer


def parameters():
    return dict(module().named_parameters())


def prefixed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


FILES = {
    "plain": plain(),
    "every_type": every_type(),
    "views": views(),
    "module": module().state_dict(),
    "parameters": parameters(),
    "nested": {"epoch": 3, "arch": "resnet", "best": 0.5, "state_dict": prefixed(plain(), "module."),
               "optimizer": {"state": {0: {"momentum": numbers(2)}}, "param_groups": [{"lr": 0.1, "params": [0]}]}},
    "deit": {"model": plain(), "model_ema": prefixed(plain(), "module."), "args": argparse.Namespace(lr=0.1, data=None)},
}


def values(state):
    return {name: {"dtype": str(t.dtype).removeprefix("torch."), "shape": list(t.shape),
                   "values": t.detach().to(torch.float64).flatten().tolist()} for name, t in state.items()}


def main():
    expected = {}
    for name, content in FILES.items():
        for legacy in (False, True):
            path = HERE / f"{name}{'.legacy' if legacy else ''}.pth"
            torch.save(content, path, _use_new_zipfile_serialization=not legacy)
        plain_state = content.get("state_dict", content.get("model", content))
        expected[name] = values({key.removeprefix("module."): t for key, t in plain_state.items()})
    (HERE / "pth_values.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
