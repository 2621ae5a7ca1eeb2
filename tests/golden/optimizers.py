"""Traces of torch.optim's and timm's optimizers over 100 steps.

  pip install torch torchvision timm==1.0.31
  python3 optimizers.py > optimizers.json

A network of five parameters with given gradients, so every step is arithmetic; rates, and in some cases momentum,
change at every step. Each case is the config of topfive's optimizer and the weights that Python's arrives at, once in
float32 and once in float64.
"""
import inspect
import json
import math

import torch
import torch.optim._muon
from timm.optim import Lamb, RMSpropTF

SHAPES = {"stem.weight": (2, 3, 2, 2), "norm.weight": (2,), "norm.bias": (2,), "fc.weight": (3, 2), "fc.bias": (3,)}
NUM_STEPS = 100


def wave(shape, phase, frequency):
    count = math.prod(shape)
    return torch.tensor([math.sin(phase + frequency * i) for i in range(count)], dtype=torch.float64).view(shape)


def start(dtype):
    return {name: torch.nn.Parameter(wave(shape, 0.3 + index, 0.7).to(dtype))
            for index, (name, shape) in enumerate(SHAPES.items())}


def set_gradients(parameters, step):
    """Sizes differ between parameters by two orders, rise and fall slowly, and jump at every 17th step."""
    size = (1.0 + 0.8 * math.cos(0.1 * step)) * (10.0 if step % 17 == 16 else 1.0)
    for index, parameter in enumerate(parameters.values()):
        gradient = wave(parameter.shape, 0.61 * step + index, 1.3 + 0.01 * index) * size * 10.0 ** (index % 3 - 1)
        parameter.grad = gradient.to(parameter.dtype)


def rate_of(step, base):
    return base * 0.5 * (1.0 + math.cos(math.pi * step / 120.0))


def momentum_of(step):
    return 0.9 + 0.05 * math.cos(step / 20.0)


def groups_of(parameters, config):
    """One group a parameter, by the rules that the config names."""
    groups = []
    for name, parameter in parameters.items():
        decays = name.endswith("weight") and not name.startswith("norm")
        decay = config["weight_decay"] if decays or config.get("decay_norm_and_bias", True) else 0.0
        factor = config.get("bias_learning_rate_factor", 1.0) if name.endswith("bias") else 1.0
        if not name.startswith("fc"):
            factor *= config.get("layer_decay", 1.0)
        groups.append({"params": [parameter], "weight_decay": decay, "factor": factor})
    return groups


def make_sgd(groups, c):
    return torch.optim.SGD(groups, lr=1.0, momentum=c.get("momentum", 0.9), nesterov=c.get("nesterov", False))


def make_adamw(groups, c):
    return torch.optim.AdamW(groups, lr=1.0, betas=(c.get("beta1", 0.9), c.get("beta2", 0.999)),
                             eps=c.get("epsilon", 1e-8))


def make_lamb(groups, c):
    return Lamb(groups, lr=1.0, betas=(c.get("beta1", 0.9), c.get("beta2", 0.999)), eps=c.get("epsilon", 1e-6),
                bias_correction=c.get("bias_correction", True), max_grad_norm=c.get("max_gradient_norm", 1.0) or None,
                decoupled_decay=c.get("decoupled_decay", False), always_adapt=c.get("always_adapt", False),
                trust_clip=c.get("trust_clip", False))


def make_rmsprop(groups, c):
    common = {"lr": 1.0, "alpha": c.get("smoothing", 0.99), "eps": c.get("epsilon", 1e-8),
              "momentum": c.get("momentum", 0.0), "centered": c.get("centered", False)}
    if c.get("epsilon_inside_root", False):
        return RMSpropTF(groups, lr_in_momentum=c.get("rate_in_velocity", False), **common)
    return torch.optim.RMSprop(groups, **common)


class Both:
    """torch.optim.Muon for the matrix of the hidden layer, torch.optim.AdamW for the rest."""

    def __init__(self, groups, c):
        hidden = [group for group in groups if group["params"][0].dim() == 4]
        rest = [group for group in groups if group["params"][0].dim() != 4]
        self.factor = c.get("adamw_learning_rate_factor", 1.0)
        self.filters = hidden[0]["params"][0]
        self.matrix = torch.nn.Parameter(self.filters.detach().flatten(1))  # the same memory, as Muon takes it
        self.muon = torch.optim.Muon([hidden[0] | {"params": [self.matrix]}], lr=1.0, momentum=c.get("momentum", 0.95),
                                     nesterov=c.get("nesterov", True), adjust_lr_fn=c.get("scale", "match_rms_adamw"))
        self.adamw = torch.optim.AdamW(rest, lr=1.0, betas=(c.get("beta1", 0.9), c.get("beta2", 0.95)),
                                       eps=c.get("epsilon", 1e-8))
        self.param_groups = self.muon.param_groups + self.adamw.param_groups

    def step(self):
        self.matrix.grad = self.filters.grad.flatten(1)
        for group in self.adamw.param_groups:
            group["lr"] *= self.factor
        self.muon.step()
        self.adamw.step()


def compute_muon_in_full_precision():
    """PyTorch makes matrices orthogonal in bfloat16, which no other program repeats to the bit; here in their own type."""
    source = inspect.getsource(torch.optim._muon._zeropower_via_newtonschulz)
    assert source.count(".bfloat16()") == 1
    exec(source.replace(".bfloat16()", ".clone()"), vars(torch.optim._muon))


MAKERS = {"sgd": make_sgd, "adamw": make_adamw, "lamb": make_lamb, "muon": Both, "rmsprop": make_rmsprop}


def run(config, base_rate, cycle_momentum, dtype):
    parameters = start(dtype)
    optimizer = MAKERS[config["type"]](groups_of(parameters, config), config)
    for step in range(NUM_STEPS):
        set_gradients(parameters, step)
        for group in optimizer.param_groups:
            group["lr"] = rate_of(step, base_rate) * group["factor"]
            if cycle_momentum and "momentum" in group:
                group["momentum"] = momentum_of(step)
            elif cycle_momentum and config["type"] != "muon":  # whose AdamW keeps its beta1
                group["betas"] = (momentum_of(step), group["betas"][1])
        optimizer.step()
    return {name: parameter.detach().flatten().tolist() for name, parameter in parameters.items()}


def case(base_rate, cycle_momentum=False, **config):
    config.setdefault("weight_decay", 0.0)
    return {"config": config, "base_rate": base_rate, "cycle_momentum": cycle_momentum,
            "float32": run(config, base_rate, cycle_momentum, torch.float32),
            "float64": run(config, base_rate, cycle_momentum, torch.float64)}


TENSORFLOW = {"type": "rmsprop", "smoothing": 0.9, "epsilon_inside_root": True, "initial_square": 1.0}

CASES = [
    lambda: case(0.05, type="sgd", momentum=0.0),
    lambda: case(0.05, type="sgd", momentum=0.9, weight_decay=1e-3),
    lambda: case(0.05, type="sgd", momentum=0.9, nesterov=True, weight_decay=1e-2, decay_norm_and_bias=False),
    lambda: case(0.05, type="sgd", momentum=0.9, weight_decay=1e-2, decay_norm_and_bias=False,
                 bias_learning_rate_factor=2.0, layer_decay=0.5),
    lambda: case(0.05, cycle_momentum=True, type="sgd", momentum=0.9, weight_decay=1e-3),
    lambda: case(0.01, type="adamw"),
    lambda: case(0.01, type="adamw", weight_decay=0.3, decay_norm_and_bias=False),
    lambda: case(0.01, type="adamw", weight_decay=0.05, beta1=0.8, beta2=0.95, epsilon=1e-3, layer_decay=0.65),
    lambda: case(0.01, cycle_momentum=True, type="adamw", weight_decay=0.05),
    lambda: case(0.01, type="lamb", weight_decay=0.02, decay_norm_and_bias=False),
    lambda: case(0.01, type="lamb", weight_decay=0.02, max_gradient_norm=0.0),
    lambda: case(0.01, type="lamb", weight_decay=0.1, decoupled_decay=True, always_adapt=True,
                 decay_norm_and_bias=False),
    lambda: case(0.01, type="lamb", weight_decay=0.02, trust_clip=True, bias_correction=False, beta1=0.8,
                 epsilon=1e-3),
    lambda: case(0.01, type="muon"),
    lambda: case(0.01, type="muon", weight_decay=0.1, decay_norm_and_bias=False, beta2=0.999),
    lambda: case(0.02, type="muon", weight_decay=0.05, nesterov=False, momentum=0.8, scale="original",
                 adamw_learning_rate_factor=0.25, layer_decay=0.5, epsilon=1e-3),
    lambda: case(0.01, cycle_momentum=True, type="muon", weight_decay=0.05),
    lambda: case(0.01, type="rmsprop"),
    lambda: case(0.01, type="rmsprop", momentum=0.9, weight_decay=1e-3, smoothing=0.9, decay_norm_and_bias=False),
    lambda: case(0.01, type="rmsprop", centered=True, epsilon=1e-3),
    lambda: case(0.01, type="rmsprop", centered=True, momentum=0.8, weight_decay=1e-2, epsilon=1e-3),
    lambda: case(0.01, momentum=0.9, weight_decay=1e-4, epsilon=1e-3, rate_in_velocity=True, **TENSORFLOW),
    lambda: case(0.01, momentum=0.9, epsilon=1e-3, **TENSORFLOW),
    lambda: case(0.01, centered=True, epsilon=1e-2, **TENSORFLOW),
]


if __name__ == "__main__":
    compute_muon_in_full_precision()
    print("[\n" + ",\n".join(json.dumps(make()) for make in CASES) + "\n]")
