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


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    if arguments.all_reduce:
        torch.distributed.init_process_group("gloo")
        seconds = all_reduce_seconds(arguments.all_reduce, arguments.steps)
        print(json.dumps(seconds) if os.environ["RANK"] == "0" else "null")
        torch.distributed.destroy_process_group()
        return
    torch.manual_seed(1)
    step = Step(arguments)
    if int(os.environ["WORLD_SIZE"]) > 1:
        torch.distributed.init_process_group("gloo")
        step.run = DistributedDataParallel(step.model, gradient_as_bucket_view=True)
    timed(step, WARM_UP_STEPS)
    seconds = timed(step, arguments.steps)
    print(json.dumps(seconds))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
