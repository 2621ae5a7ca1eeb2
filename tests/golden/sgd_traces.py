"""Traces of torch.optim.SGD, and of the momentum of 2012 in plain arithmetic.

  python3 sgd_traces.py > sgd_traces.json

One weight of two dimensions, w [2, 3], and a bias, b [2]; gradients and rates are given, so every step is arithmetic.
"""
import json

import torch

RATES = [0.1, 0.1, 0.05, 0.05, 0.2]


def start():
    return torch.arange(6, dtype=torch.float32).view(2, 3) / 4 - 0.5, torch.tensor([0.25, -0.75])


def gradients(step):
    weight = torch.tensor([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]) * (1 + step) / 3
    return weight, torch.tensor([0.5, -1.5]) / (1 + step)


def torch_sgd(momentum, nesterov, weight_decay, decay_bias, bias_factor):
    weight, bias = (torch.nn.Parameter(t) for t in start())
    groups = [{"params": [weight]},
              {"params": [bias], "weight_decay": weight_decay if decay_bias else 0.0}]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
    for step, rate in enumerate(RATES):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.param_groups[1]["lr"] = rate * bias_factor
        weight.grad, bias.grad = gradients(step)
        optimizer.step()
    return weight.detach(), bias.detach()


def sgd_2012(momentum, weight_decay, decay_bias, bias_factor):
    values = [t.double() for t in start()]
    velocities = [torch.zeros_like(t) for t in values]
    for step, rate in enumerate(RATES):
        for i, gradient in enumerate(gradients(step)):
            decay = weight_decay if i == 0 or decay_bias else 0.0
            factor = 1.0 if i == 0 else bias_factor
            velocities[i] = momentum * velocities[i] - rate * factor * (gradient.double() + decay * values[i])
            values[i] = values[i] + velocities[i]
    return values


def case(momentum, nesterov, weight_decay, decay_bias, bias_factor, rate_in_velocity):
    if rate_in_velocity:
        weight, bias = sgd_2012(momentum, weight_decay, decay_bias, bias_factor)
    else:
        weight, bias = torch_sgd(momentum, nesterov, weight_decay, decay_bias, bias_factor)
    return {"momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
            "decay_norm_and_bias": decay_bias, "bias_learning_rate_factor": bias_factor,
            "rate_in_velocity": rate_in_velocity,
            "weight": weight.flatten().tolist(), "bias": bias.tolist()}


if __name__ == "__main__":
    print(json.dumps([
        case(0.0, False, 0.0, True, 1.0, False),
        case(0.0, False, 0.01, True, 1.0, False),
        case(0.9, False, 0.0, True, 1.0, False),
        case(0.9, False, 0.01, True, 1.0, False),
        case(0.9, True, 0.01, True, 1.0, False),
        case(0.9, False, 0.01, False, 2.0, False),
        case(0.9, False, 0.0, True, 1.0, True),
        case(0.9, False, 0.01, False, 2.0, True),
    ], indent=1))
