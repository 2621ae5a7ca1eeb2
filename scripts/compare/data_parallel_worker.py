"""One rank of Python's DistributedDataParallel on Gloo, or one process without it; started by data_parallel.py."""

import argparse
import json
import os
from statistics import median

import torch
import torch.distributed
from torch.nn.parallel import DistributedDataParallel

from train_models import NETWORKS
from train_worker import WARM_UP_STEPS, Step, timed


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(NETWORKS))
    parser.add_argument("--batch-size", type=int, required=True, help="of this rank")
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--all-reduce", type=int, nargs="+", metavar="BYTES",
                        help="measure sums of so many bytes instead of steps")
    parser.set_defaults(contiguous=False, compile=False)
    return parser.parse_args()


def all_reduce_seconds(sizes, count):
    seconds = {}
    for size in sizes:
        tensor = torch.ones(size // 4)
        measured = timed(lambda tensor=tensor: torch.distributed.all_reduce(tensor.div_(2)), count)
        seconds[size] = median(measured)
    return seconds


def end_with(figures):
    """At once: PyTorch's destructors wait for the interpreter's lock in the wrong order now and then, and hang."""
    print(json.dumps(figures), flush=True)
    os._exit(0)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    if arguments.all_reduce:
        torch.distributed.init_process_group("gloo")
        seconds = all_reduce_seconds(arguments.all_reduce, arguments.steps)
        end_with(seconds)
    torch.manual_seed(1)
    step = Step(arguments)
    if int(os.environ["WORLD_SIZE"]) > 1:
        torch.distributed.init_process_group("gloo")
        step.run = DistributedDataParallel(step.model, gradient_as_bucket_view=True)
    timed(step, WARM_UP_STEPS)
    seconds = timed(step, arguments.steps)
    end_with(seconds)


if __name__ == "__main__":
    main()
