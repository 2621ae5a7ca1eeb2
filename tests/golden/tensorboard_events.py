"""Event files as TensorBoard's own writer makes them, and a reader that prints what TensorBoard reads from ours.

  python3 tensorboard_events.py > tensorboard_events.json   # with the package tensorboard, 2.21.0 here
  python3 tensorboard_events.py --read DIRECTORY            # "tag step value" a line, in the order of the tags
"""
import io
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

CASES = [
    {"wall_time": 1700000000.25, "step": 1, "scalars": [["train/loss", 6.9078]]},
    {"wall_time": 1700000001.5, "step": 0, "scalars": [["train/loss", 0.0], ["eval/top1_error", -1.5]]},
    {"wall_time": 1.0, "step": 127, "scalars": [["a", 1e-30]]},
    {"wall_time": 1.0, "step": 128, "scalars": [["a", 3.0e38]]},
    {"wall_time": 1700000002.125, "step": 900_810_000_000, "scalars": [["t" * 200, 0.1]]},
    {"wall_time": 1700000003.0, "step": 5, "scalars": []},
]


def record(event):
    stream = io.BytesIO()
    RecordWriter(stream).write(event.SerializeToString())
    return stream.getvalue().hex()


def scalar_event(case):
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in case["scalars"]]
    return Event(wall_time=case["wall_time"], step=case["step"], summary=Summary(value=values))


def read(directory):
    accumulator = EventAccumulator(directory, size_guidance={"scalars": 0})
    accumulator.Reload()
    for tag in sorted(accumulator.Tags()["scalars"]):
        for scalar in accumulator.Scalars(tag):
            print(tag, scalar.step, f"{scalar.value:.6g}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--read":
        read(sys.argv[2])
    else:
        print(json.dumps({
            "version": {"wall_time": 1700000000.0,
                        "record": record(Event(wall_time=1700000000.0, file_version="brain.Event:2"))},
            "scalars": [{**case, "record": record(scalar_event(case))} for case in CASES],
        }, indent=1))
