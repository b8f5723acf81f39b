"""What a being costs to run: a subject flows in, ids a second, memory and bytes on disk flow out.

Speeds and memory are taken in a process of its own, with as many threads as this one has: what this one did before
would count as memory. All but the size on disk are of the machine as it was at that moment: they are no property of
the being, have no bar, and must not be kept for another machine. Run as `python -m foundling.evaluation.measures.cost
JOB.json` it is that process, and writes its figures as JSON.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from foundling.evaluation.subject import Subject
from foundling.inference import GREEDY, Engine
from foundling.model import load_decoder
from foundling.records import BadInput, Score, canonical_json

PROMPT, NEW, STREAMS, ROUNDS = 16, 32, 16, 3
_LONGEST = 600.0  # seconds


def peak_memory() -> int:
    """The most bytes of memory that this process ever held; 0 where the system does not say."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
        return 1024 * int(lines["VmHWM"].split()[0])
    except (OSError, KeyError, ValueError):
        pass
    try:
        import resource
    except ImportError:  # another system than Linux, macOS or BSD
        return 0
    kilobytes = 1 if sys.platform == "darwin" else 1024
    return kilobytes * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def pace(engine: Engine, streams: int) -> float:
    """Ids a second of so many streams together, the median of three rounds after one to warm up."""
    draw, speeds = torch.Generator().manual_seed(0), []
    most = min(NEW, engine.context - 2)
    for _ in range(ROUNDS + 1):
        size = (streams, PROMPT)
        ids: list[list[int]] = torch.randint(0, engine.model.shape.vocabulary, size, generator=draw).tolist()
        began = time.perf_counter()
        engine.generate(ids, GREEDY, stops=frozenset(), most=most)
        speeds.append(streams * most / (time.perf_counter() - began))
    return statistics.median(speeds[1:])


def main(arguments: list[str]) -> int:
    """Measure the generation that the job names and write the figures to standard output."""
    job = json.loads(Path(arguments[0]).read_bytes())
    torch.set_num_threads(job["threads"])
    bare, began = peak_memory(), time.perf_counter()
    engine = Engine(load_decoder(Path(job["folder"])))
    opened = time.perf_counter() - began
    one, many = pace(engine, 1), pace(engine, STREAMS)
    figures = {"bare": bare, "memory": peak_memory(), "opened": opened, "one": one, "many": many}
    sys.stdout.write(canonical_json(figures).decode())
    return 0


def cost_scores(subject: Subject) -> tuple[Score, ...]:
    """Ids a second of one stream and of sixteen, seconds to open the weights, memory with and without the being, and
    bytes on disk. Raises BadInput when the process that measures dies."""
    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "job.json"
        path.write_bytes(canonical_json({"folder": str(subject.folder.resolve()), "threads": threads}))
        done = subprocess.run(
            [sys.executable, "-m", "foundling.evaluation.measures.cost", str(path)], capture_output=True, text=True,
            timeout=_LONGEST,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BadInput(f"{subject.folder} could not be timed ({last}): see whether the machine has memory left.")
    told = json.loads(done.stdout)
    here = f"on this machine, {threads} thread{'' if threads == 1 else 's'}"
    size = sum(path.stat().st_size for path in subject.folder.iterdir() if path.is_file())
    parameters = subject.model.shape.parameters
    return (
        Score(name="cost.ids_per_second.one", value=told["one"], n=ROUNDS, unit=f"ids a second {here}"),
        Score(name="cost.ids_per_second.sixteen", value=told["many"], n=ROUNDS, unit=f"ids a second {here}"),
        Score(name="cost.open", value=told["opened"], n=1, unit=f"seconds {here}"),
        Score(name="cost.memory", value=told["memory"] / 2**20, n=1, unit=f"MB at most {here}"),
        Score(name="cost.memory_without", value=told["bare"] / 2**20, n=1, unit=f"MB {here}"),
        Score(name="cost.disk", value=size / 2**20, n=1, unit="MB"),
        Score(name="cost.parameters", value=float(parameters), n=1, unit="parameters"),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
