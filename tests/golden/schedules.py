"""Learning rates of torch.optim.lr_scheduler, one for each of 100 steps.

  python3 schedules.py > schedules.json

Ten steps are an epoch. Each case is the config of topfive's schedule and the rates of Python's scheduler, stepped once
a step. FFCV's triangle is numpy.interp over the knots that its train_imagenet.py takes. The plateau cases list the
errors of evaluations and the rate after each.
"""
import json
import math
import random

import numpy
import torch
from torch.optim import lr_scheduler

STEPS_PER_EPOCH = 10
TOTAL_STEPS = 100
EPOCHS = TOTAL_STEPS // STEPS_PER_EPOCH


def optimizer(rate, momentum=0.9):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate, momentum=momentum)


def trace(make, rate):
    opt = optimizer(rate)
    scheduler = make(opt)
    rates, momenta = [], []
    for _ in range(TOTAL_STEPS):
        rates.append(opt.param_groups[0]["lr"])
        momenta.append(opt.param_groups[0]["momentum"])
        opt.step()
        scheduler.step()
    return rates, momenta


def case(make, **config):
    rates, momenta = trace(make, config["base_learning_rate"])
    item = {"config": config, "rates": rates}
    if config["type"] == "one_cycle":
        item["momenta"] = momenta
    return item


def warm(after, steps, start):
    """torchvision's way: LinearLR, then the main scheduler."""
    def make(opt):
        first = lr_scheduler.LinearLR(opt, start_factor=start, total_iters=steps)
        return lr_scheduler.SequentialLR(opt, [first, after(opt)], milestones=[steps])
    return make


def ffcv_triangle(rate, peak_epoch, start):
    knots = [0, peak_epoch, EPOCHS]
    rates = numpy.interp(numpy.arange(TOTAL_STEPS) / STEPS_PER_EPOCH, knots, [start * rate, rate, 0])
    config = {"type": "linear", "base_learning_rate": rate, "warmup_epochs": peak_epoch,
              "warmup_start_fraction": start}
    return {"config": config, "rates": rates.tolist()}


def one_cycle(rate, pct_start, **options):
    names = {"anneal": "anneal_strategy"}
    python = {names.get(key, key): value for key, value in options.items()}
    return case(lambda o: lr_scheduler.OneCycleLR(o, rate, total_steps=TOTAL_STEPS, pct_start=pct_start, **python),
                type="one_cycle", base_learning_rate=rate, pct_start=pct_start, **options)


def plateau(rate, errors, **options):
    opt = optimizer(rate)
    names = {"min_learning_rate": "min_lr"}
    scheduler = lr_scheduler.ReduceLROnPlateau(opt, **{names.get(key, key): v for key, v in options.items()})
    rates = []
    for error in errors:
        scheduler.step(error)
        rates.append(opt.param_groups[0]["lr"])
    return {"config": {"type": "plateau", "base_learning_rate": rate, **options}, "errors": errors, "rates": rates}


def noisy_errors():
    source = random.Random(6)
    return [0.3 + 0.6 * math.exp(-i / 10) + 0.02 * source.random() for i in range(100)]


if __name__ == "__main__":
    stuck = [0.9, 0.8, 0.7] + [0.7] * 30
    cases = [
        case(lambda o: lr_scheduler.ConstantLR(o, 1.0), type="constant", base_learning_rate=0.3),
        case(lambda o: lr_scheduler.LinearLR(o, 0.01, total_iters=25), type="constant", base_learning_rate=0.3,
             warmup_steps=25, warmup_start_fraction=0.01),
        case(lambda o: lr_scheduler.StepLR(o, 30, 0.1), type="step", base_learning_rate=0.1, every_epochs=3,
             factor=0.1),
        case(lambda o: lr_scheduler.MultiStepLR(o, [20, 25, 80], 0.5), type="multi_step", base_learning_rate=0.1,
             milestones=[2, 2.5, 8], factor=0.5),
        case(lambda o: lr_scheduler.ExponentialLR(o, 0.5 ** (1 / STEPS_PER_EPOCH)), type="exponential",
             base_learning_rate=0.1, every_epochs=1, factor=0.5),
        case(lambda o: lr_scheduler.PolynomialLR(o, TOTAL_STEPS, 0.5), type="polynomial", base_learning_rate=0.01,
             power=0.5),
        case(warm(lambda o: lr_scheduler.PolynomialLR(o, TOTAL_STEPS - 20, 2.0), 20, 0.1), type="polynomial",
             base_learning_rate=10, power=2, warmup_epochs=2, warmup_start_fraction=0.1),
        case(lambda o: lr_scheduler.LinearLR(o, 1.0, 0.05, total_iters=TOTAL_STEPS), type="linear",
             base_learning_rate=0.4, final_fraction=0.05),
        ffcv_triangle(1.7, 2, 1e-4),
        case(lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL_STEPS), type="cosine", base_learning_rate=0.5),
        case(lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL_STEPS, eta_min=1e-5), type="cosine",
             base_learning_rate=1e-3, final_learning_rate=1e-5),
        case(warm(lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL_STEPS - 50), 50, 0.01), type="cosine",
             base_learning_rate=0.5, warmup_epochs=5, warmup_start_fraction=0.01),
        one_cycle(0.4, 0.3),
        one_cycle(0.4, 0.25, anneal="linear"),
        one_cycle(0.4, 0.333, three_phase=True, div_factor=10.0, final_div_factor=100.0),
        one_cycle(1.0, 0.45, three_phase=True, anneal="linear", base_momentum=0.8, max_momentum=0.9),
        one_cycle(0.1, 0.0),
        one_cycle(0.1, 0.9),
        plateau(0.1, stuck, factor=0.1, patience=3),
        plateau(0.1, stuck, factor=0.5, patience=2, cooldown=4, min_learning_rate=0.02),
        plateau(0.01, noisy_errors(), factor=0.3, patience=4, threshold=0.01),
        plateau(0.01, noisy_errors()[:25], factor=0.3, patience=0, threshold=0.0, cooldown=2),
    ]
    print("[\n" + ",\n".join(json.dumps(item) for item in cases) + "\n]")
