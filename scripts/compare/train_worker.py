"""One network in Python PyTorch: builds it, then measures a few steps whenever train_step.py asks; started by it."""

import argparse
import json
import sys
import time

import torch

from train_models import NETWORKS, loss_of, parameter_count

WARM_UP_STEPS = 4
LEARNING_RATE = 1e-3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(NETWORKS))
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--contiguous", action="store_true")
    parser.add_argument("--compile", action="store_true")
    return parser.parse_args()


class Step:
    """As the usual training loop: bytes to normalised floats, forward, loss, backward, SGD with momentum."""

    def __init__(self, arguments):
        network, channels, side, classes, _ = NETWORKS[arguments.model]
        self.format = torch.contiguous_format if arguments.contiguous else torch.channels_last
        self.model = network().to(memory_format=self.format)
        self.parameters = parameter_count(self.model)
        self.run = torch.compile(self.model) if arguments.compile else self.model
        size = arguments.batch_size
        pixels = torch.randint(256, (size, side, side, channels), dtype=torch.uint8)
        self.pixels = pixels.permute(0, 3, 1, 2)
        self.labels = torch.randint(classes, (size,))
        self.half = arguments.precision == "bf16"
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE, momentum=0.9, weight_decay=1e-4)

    def __call__(self):
        images = (self.pixels.to(torch.float32, memory_format=self.format) / 255 - 0.485) / 0.229
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            loss = loss_of(self.run(images), self.labels)
        loss.backward()
        self.optimizer.step()


def timed(step, count):
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    step = Step(arguments)
    timed(step, WARM_UP_STEPS)
    print(json.dumps({"parameters": step.parameters, "version": torch.__version__}), flush=True)
    for line in sys.stdin:  # how many steps to measure
        print(json.dumps(timed(step, int(line))), flush=True)


if __name__ == "__main__":
    main()
