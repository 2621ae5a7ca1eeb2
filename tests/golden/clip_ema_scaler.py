"""Clipping, weight averages and loss scales of torch, timm and torchvision's formula.

  pip install torch torchvision timm==1.0.31
  python3 clip_ema_scaler.py > clip_ema_scaler.json
"""
import json

import torch
from timm.utils import adaptive_clip_grad
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from optimizers import set_gradients, start, wave


def flat(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def clip(step, method, **config):
    parameters = start(torch.float32)
    set_gradients(parameters, step)
    norm = torch.nn.utils.get_total_norm([p.grad for p in parameters.values()])
    method(parameters)
    return {"step": step, "config": config, "norm": norm.item(),
            "gradients": flat({name: p.grad for name, p in parameters.items()})}


def by_norm(largest):
    return lambda parameters: torch.nn.utils.clip_grad_norm_(list(parameters.values()), largest)


def by_value(largest):
    return lambda parameters: torch.nn.utils.clip_grad_value_(list(parameters.values()), largest)


def adaptive(factor, eps):
    """timm leaves out the last two parameters, the classifier's."""
    return lambda parameters: adaptive_clip_grad(list(parameters.values())[:-2], factor, eps)


def average(decay):
    """A batch norm's parameters and buffers over 20 steps, averaged at each."""
    module = torch.nn.BatchNorm1d(3)
    averaged = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    for step in range(20):
        with torch.no_grad():
            module.weight.copy_(wave((3,), 0.3 * step, 0.7))
            module.bias.copy_(wave((3,), 0.5 * step, 0.9))
            module.running_mean.copy_(wave((3,), 0.7 * step, 1.1))
            module.running_var.copy_(wave((3,), 0.9 * step, 1.3) + 2.0)
        averaged.update_parameters(module)
    tensors = averaged.module.state_dict()
    del tensors["num_batches_tracked"]  # torch cuts the average of whole numbers; a copy is better
    return {"decay": decay, "tensors": flat(tensors)}


def scales(config, overflows):
    scaler = torch.amp.GradScaler("cpu", init_scale=config["initial_scale"], growth_factor=config["growth_factor"],
                                  backoff_factor=config["backoff_factor"], growth_interval=config["growth_interval"])
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.25)
    history = []
    for overflow in overflows:
        optimizer.zero_grad()
        loss = (parameter * torch.tensor([1.0, float("inf") if overflow else 2.0])).sum()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        history.append({"scale": scaler.get_scale(), "parameter": parameter.tolist()})
    return {"config": config, "overflows": overflows, "history": history}


if __name__ == "__main__":
    small = {"initial_scale": 1024.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 3}
    wide = {"initial_scale": 65536.0, "growth_factor": 4.0, "backoff_factor": 0.25, "growth_interval": 2}
    pattern = [0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    print(json.dumps({
        "clip": [
            clip(3, by_norm(1.0), norm=1.0), clip(16, by_norm(0.1), norm=0.1), clip(3, by_norm(1e6), norm=1e6),
            clip(3, by_value(0.05), value=0.05), clip(16, by_value(2.0), value=2.0),
            clip(3, adaptive(0.01, 1e-3), adaptive=0.01),
            clip(16, adaptive(0.1, 2.0), adaptive=0.1, adaptive_epsilon=2.0),
        ],
        "average": [average(0.9), average(0.99)],
        "scales": [scales(small, pattern), scales(wide, pattern)],
    }))
