#!/usr/bin/env python3
"""How a training step's time grows with the number of GPUs: a model, from bucket sizes, bandwidth and latency.

    scripts/compare/cluster_model.py [--bf16]     the table of docs/clusters.md

data_parallel.sh holds it against what it measures.

An all-reduce of B bytes over n GPUs sends 2 (n - 1) / n B bytes over the narrowest link, which is a node's connection
to the others (all of its adapters together) or, within one node, NVLink. Its latency is that of a ring, n - 1 steps
there and back, or of a tree over the nodes, whichever is less (NCCL chooses so). Buckets go out one after the other,
each when backward has filled it; what is not done when backward ends is waited for.
"""

import argparse
import math
from dataclasses import dataclass

MEBIBYTE = 2**20
PICTURE_BYTES = 110e3  # the mean file of ImageNet's training pictures


@dataclass
class Network:
    """Of one GPU: pictures a second of the step alone, and the gradients."""

    name: str
    parameters: int
    rate: float
    batch_size: int


@dataclass
class Cluster:
    nodes: int
    gpus_per_node: int
    bandwidth: float  # bytes a second, each way, of a node's connection; of NVLink where there is one node
    what: str

    INSIDE, OUTSIDE = 1.5e-6, 10e-6  # seconds of one step of a ring or tree, within a node and between two

    @property
    def gpus(self):
        return self.nodes * self.gpus_per_node

    def latency(self):
        inside, outside = self.gpus - self.nodes, self.nodes - 1
        ring = inside * self.INSIDE + outside * self.OUTSIDE
        tree = (self.gpus_per_node - 1) * self.INSIDE + math.ceil(math.log2(self.nodes)) * self.OUTSIDE
        return 2 * min(ring, tree)

    def all_reduce(self, size):
        return self.latency() + 2 * (self.gpus - 1) / self.gpus * size / self.bandwidth


def buckets(total, first=MEBIBYTE, size=25 * MEBIBYTE):
    """Bytes in the order in which they go out: a small one first."""
    sizes = [min(first, total)]
    while sum(sizes) < total:
        sizes.append(min(size, total - sum(sizes)))
    return sizes


def step_time(reductions, forward, backward, rest):
    """Seconds of a step, and those of them that are spent waiting. `reductions`: (bytes, seconds) of each bucket."""
    done, filled, total = 0.0, 0, sum(size for size, _ in reductions)
    for size, seconds in reductions:
        filled += size
        done = max(done, backward * filled / total) + seconds
    waiting = max(0.0, done - backward)
    return forward + backward + waiting + rest, waiting


def table(bytes_each):
    networks = [
        Network("ResNet-50", 25_557_032, 2870, 128),  # FFCV's 16 epochs in 14.9 minutes on 8 A100
        Network("AlexNet", 61_100_840, 10_000, 256),  # assumed
        Network("ViT-B/16", 86_567_656, 800, 64),  # assumed
    ]
    clusters = [
        Cluster(1, 8, 200e9, "NVLink"),
        Cluster(8, 8, 8 * 22e9, "8 x 200 Gbit/s a node"),
        Cluster(64, 8, 8 * 22e9, "8 x 200 Gbit/s a node"),
        Cluster(8, 8, 11e9, "100 Gbit/s a node"),
        Cluster(64, 8, 11e9, "100 Gbit/s a node"),
        Cluster(8, 8, 1.1e9, "10 Gbit/s a node"),
    ]
    print("| network | GPUs | between them | step alone | all-reduce | waited for | efficiency | pictures/s | a node reads |")
    print("|---|---|---|---|---|---|---|---|---|")
    for network in networks:
        alone = network.batch_size / network.rate
        forward, backward = alone * 0.33, alone * 0.64
        sizes = buckets(network.parameters * bytes_each)
        for cluster in clusters:
            reductions = [(size, cluster.all_reduce(size)) for size in sizes]
            step, waiting = step_time(reductions, forward, backward, alone - forward - backward)
            rate = cluster.gpus * network.batch_size / step
            node = rate / cluster.nodes
            print(f"| {network.name} | {cluster.gpus} | {cluster.what} | {1e3 * alone:.0f} ms "
                  f"| {1e3 * sum(seconds for _, seconds in reductions):.1f} ms | {1e3 * waiting:.1f} ms "
                  f"| {100 * alone / step:.0f} % | {rate:,.0f} | {node:,.0f}/s, {node * PICTURE_BYTES / 1e9:.2f} GB/s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bf16", action="store_true", help="gradients travel as bf16")
    table(2 if parser.parse_args().bf16 else 4)


if __name__ == "__main__":
    main()
