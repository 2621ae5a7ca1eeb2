"""Compares data parallelism with Python's DistributedDataParallel; started by data_parallel.sh."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from cluster_model import buckets, step_time
from report import machine
from train_models import NETWORKS

HERE = Path(__file__).resolve().parent
MODELS = {
    "resnet20_cifar": {"type": "resnet", "family": "cifar", "depth": 20, "num_classes": 10},
    "alexnet": {"type": "alexnet", "variant": "torchvision", "num_classes": 1000},
    "resnet50": {"type": "resnet", "depth": 50, "stride_in": "3x3", "num_classes": 1000},
    "vit_b16": {"type": "vit", "num_classes": 1000},
}
WARM_UP_STEPS = 4


def parse_arguments():
    parser = argparse.ArgumentParser(prog="data_parallel.sh", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="the program train of topfive")
    parser.add_argument("--model", nargs="+", choices=list(MODELS), default=["resnet20_cifar", "alexnet", "resnet50"])
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32")
    parser.add_argument("--batch-size", type=int, help="of all ranks together; left out: each network's own")
    parser.add_argument("--ranks", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="about so long measures one turn")
    parser.add_argument("--json", type=Path, help="all numbers, round by round")
    return parser.parse_args()


def recipe(model, batch_size, steps, arguments):
    _, channels, side, classes, _ = NETWORKS[model]
    return {
        "description": "for a comparison", "model": MODELS[model],
        "data": {"type": "synthetic", "channels": channels, "mean": [0.485] * channels, "std": [0.229] * channels,
                 "synthetic": {"train_size": batch_size * (WARM_UP_STEPS + steps), "eval_size": batch_size,
                               "classes": classes, "height": side, "width": side}},
        "augment": {"train": [{"op": "horizontal_flip"}], "eval": []},
        "optimizer": {"type": "sgd", "momentum": 0.9, "weight_decay": 0.0001},
        "schedule": {"type": "constant", "base_learning_rate": 0.001},
        "train": {"num_epochs": 1, "global_batch_size": batch_size, "seed": 1, "precision": arguments.precision},
        "log": {"every_steps": 1},
    }


def ours(model, batch_size, ranks, steps, arguments):
    """Pictures a second of a training run, from the records of its steps after the first few."""
    with tempfile.TemporaryDirectory() as directory:
        config, run = Path(directory, "recipe.json"), Path(directory, "run")
        config.write_text(json.dumps(recipe(model, batch_size, steps, arguments)))
        threads = arguments.ranks // ranks
        command = [arguments.train, "--config", config, "--data", directory, "--out", run, "--devices",
                   ",".join(["cpu"] * ranks), "--set", f"train.num_compute_threads={threads}", "--log-level", "error"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        records = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    rates = [record["images_per_second"] for record in records if record["event"] == "train"]
    return median(rates[WARM_UP_STEPS:])


def theirs(model, batch_size, ranks, steps, arguments):
    """The same of Python processes, of which each works on its part of the batch."""
    command = [sys.executable, HERE / "data_parallel_worker.py", model, "--batch-size", str(batch_size // ranks),
               "--precision", arguments.precision, "--threads", str(arguments.ranks // ranks), "--steps", str(steps)]
    return batch_size / median(together([(command, rank_environment(rank, ranks)) for rank in range(ranks)]))


def rank_environment(rank, ranks):
    return {**os.environ, "RANK": str(rank), "WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "29511"}


def together(commands):
    """Runs them at once; what the first one printed."""
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
                 for command, environment in commands]
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit(f"error: {' '.join(map(str, commands[0][0]))} failed; see its messages above")
    return json.loads(outputs[0])


def apart(model, batch_size, ranks, steps, arguments):
    """As many of our processes at once as there are ranks, which know nothing of each other: what is left of a rank's
    step without the gradients' way. Pictures a second of all together."""
    with ThreadPoolExecutor(ranks) as pool:
        alone = argparse.Namespace(**{**vars(arguments), "ranks": 1})
        rates = pool.map(lambda _: ours(model, batch_size // ranks, 1, steps, alone), range(ranks))
        return sum(rates)


def all_reduce_seconds(model, arguments):
    """Of each bucket of the network, alone on the machine."""
    parameters = sum(p.numel() for p in NETWORKS[model][0]().parameters())
    sizes = buckets(4 * parameters)
    command = [sys.executable, HERE / "data_parallel_worker.py", model, "--batch-size", "1", "--threads", "1", "--steps",
               "20", "--all-reduce", *map(str, sorted(set(sizes)))]
    seconds = together([(command, rank_environment(rank, arguments.ranks)) for rank in range(arguments.ranks)])
    return [(size, seconds[str(size)]) for size in sizes]


def model_check(model, batch_size, steps, measured, arguments):
    """The model of cluster_model.py beside the measurement: between a way that is hidden as far as it can be and costs
    no computing, and one that is not hidden at all, for here Gloo takes its time from the cores that compute."""
    without = batch_size / apart(model, batch_size, arguments.ranks, steps, arguments)
    reductions = all_reduce_seconds(model, arguments)
    hidden, _ = step_time(reductions, 0.33 * without, 0.64 * without, 0.03 * without)
    return {"step_apart_seconds": without, "all_reduce_seconds": sum(seconds for _, seconds in reductions),
            "model_hidden_seconds": hidden,
            "model_not_hidden_seconds": without + sum(seconds for _, seconds in reductions),
            "measured_seconds": batch_size / measured}


def compare(model, arguments):
    """In turns, so that a slow minute of the machine falls on all alike."""
    batch_size = arguments.batch_size or NETWORKS[model][4] // arguments.ranks * arguments.ranks
    steps = max(5, round(arguments.seconds * ours(model, batch_size, 1, 3, arguments) / batch_size))
    settings = [(name, run, ranks) for ranks in (1, arguments.ranks) for name, run in (("topfive", ours), ("Python", theirs))]
    rounds = {(name, ranks): [] for name, _, ranks in settings}
    for _ in range(arguments.rounds):
        for name, run, ranks in settings:
            rounds[name, ranks].append(run(model, batch_size, ranks, steps, arguments))
    return {"network": model, "precision": arguments.precision, "batch_size": batch_size, "ranks": arguments.ranks,
            "steps": steps, "machine": machine(),
            "model": model_check(model, batch_size, steps, median(rounds["topfive", arguments.ranks]), arguments),
            "rounds": [{"program": name, "ranks": ranks, "images_per_second": values}
                       for (name, ranks), values in rounds.items()],
            "ours_over_python": ratio(rounds, ("topfive", arguments.ranks), ("Python", arguments.ranks)),
            "our_ranks_over_our_threads": ratio(rounds, ("topfive", arguments.ranks), ("topfive", 1)),
            "python_ranks_over_threads": ratio(rounds, ("Python", arguments.ranks), ("Python", 1))}


def ratio(rounds, mine, other):
    return median(a / b for a, b in zip(rounds[mine], rounds[other]))


def row(result):
    medians = [f"{median(turn['images_per_second']):.4g}" for turn in result["rounds"]]
    ratios = [f"{result[key]:.2f}" for key in ("ours_over_python", "our_ranks_over_our_threads", "python_ranks_over_threads")]
    return "| " + " | ".join([result["network"], result["precision"], str(result["batch_size"]), *medians, *ratios]) + " |"


def result_check(check):
    """The model's line for people, in milliseconds."""
    values = {key.removesuffix("_seconds").replace("_", " "): 1e3 * value for key, value in check.items()}
    return "  step in ms: " + ", ".join(f"{name} {value:.1f}" for name, value in values.items())


def main():
    arguments = parse_arguments()
    n = arguments.ranks
    names = ["network", "precision", "batch", f"topfive, 1 x {n} threads", f"Python, 1 x {n} threads",
             f"topfive, {n} ranks x 1", f"Python DDP, {n} ranks x 1", f"topfive/Python, {n} ranks",
             "topfive, ranks/threads", "Python, ranks/threads"]
    print("Pictures a second, medians of the rounds; ratios are medians of the rounds' ratios.\n")
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names), flush=True)
    results = []
    for model in arguments.model:
        results.append(compare(model, arguments))
        print(row(results[-1]), flush=True)
        check = result_check(results[-1]["model"])
        print(check, file=sys.stderr, flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
