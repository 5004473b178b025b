"""Reads a TensorBoard event file with TensorBoard's own loader, which checks every checksum.

Takes the file's path; writes {"version": str, "scalars": [[tag, step, wallTime, value]]} to standard output, and with
`--write` instead takes such an object from standard input and writes the file as TensorBoard's own writer does.
"""

import json
import sys

from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def read(path):
    version = None
    scalars = []
    for event in LegacyEventFileLoader(path).Load():
        if event.HasField("file_version"):
            version = event.file_version
        for value in event.summary.value:
            scalars.append([value.tag, event.step, event.wall_time, value.simple_value])
    return {"version": version, "scalars": scalars}


def write(path, content):
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        wall_time = content["wallTime"]
        writer.write(Event(wall_time=wall_time, file_version="brain.Event:2").SerializeToString())
        for tag, step, wall_time, value in content["scalars"]:
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=float(value))])
            event = Event(wall_time=wall_time, step=step, summary=summary)
            writer.write(event.SerializeToString())


if sys.argv[1] == "--write":
    write(sys.argv[2], json.load(sys.stdin))
else:
    json.dump(read(sys.argv[1]), sys.stdout)
