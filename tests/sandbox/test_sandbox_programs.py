"""A whole trainer program in the fence: torch trains, its weights come out, and are the same bits in each fence."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fences import NAMES, allowed
from safetensors.torch import load_file

from foundling.corpus import BUILTIN
from foundling.records import BadInput, content_hash
from foundling.sandbox import FUNCTION, TRAINER, Backend, Inputs, Outcome, interpreter_for, run, run_program
from foundling.sandbox.interpreter import Interpreter, bare, with_packages

TRAIN = b"""
import json, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from foundling.recipe import Shape
from foundling.model import Decoder

job = json.loads(Path(sys.argv[1]).read_text())
torch.set_num_threads(1)
torch.manual_seed(job["seed"])
shape = Shape(vocabulary=64, layers=1, width=16, heads=1, kv_heads=1, head_dim=16, hidden=32, context=32)
model = Decoder(shape, dropout=0.0, generator=torch.Generator().manual_seed(job["seed"]))
optimiser = torch.optim.AdamW(model.parameters(), lr=0.01)
ids = torch.randint(0, 64, (4, 32))
first = last = 0.0
for step in range(6):
    logits = model(ids)
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, 64), ids[:, 1:].reshape(-1))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    first, last = first or loss.item(), loss.item()
Path("out").mkdir()
save_file({name: weight.contiguous() for name, weight in model.state_dict().items()}, "out/weights.safetensors")
print(json.dumps({"first": first, "last": last}))
"""
KEPT: dict[str, str] = {}


def given(program: bytes, arguments: list[str], inputs: Inputs, backend: Backend, into: Path) -> Outcome:
    """What came of a program, where this machine's Python can be given to a candidate at all."""
    try:
        with_packages(interpreter_for(backend))
    except BadInput as fault:
        pytest.skip(str(fault))
    try:
        return run_program(program, arguments, inputs, backend=backend, into=into)
    except BadInput as fault:
        if "cannot hide" not in str(fault):
            raise
        pytest.skip(str(fault))


@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_torch_program_trains_and_saves(name: str, into: Path) -> None:
    backend: Backend = allowed(name)
    inputs = Inputs(files={"job.json": b'{"seed": 3}'}, results=("out/weights.safetensors",))
    found = given(TRAIN, ["../in/job.json"], inputs, backend, into)
    assert found.clean, (found.ended, found.code, found.errors[-800:].decode())
    assert found.peak < TRAINER.memory
    losses = json.loads(found.output)
    assert 0 < losses["last"] < losses["first"] < 10
    weights = found.results["out/weights.safetensors"]
    assert load_file(weights)
    KEPT[name] = content_hash(weights.read_bytes())
    assert len(set(KEPT.values())) == 1, "the same program and seed gave other bits in another fence"


PEEP = """
import importlib, os
import foundling, foundling.training.loop
place = os.path.dirname(foundling.__file__)
for name in ("corpus", "evaluation", "life", "world", "server"):
    try:
        importlib.import_module("foundling." + name)
        print("imported", name)
    except (ImportError, OSError):
        pass
    for folder, _, files in os.walk(os.path.join(place, name)):
        for file in files:
            try:
                open(os.path.join(folder, file)).close()
                print("read", file)
            except OSError:
                pass
print("done")
"""


@pytest.mark.parametrize("name", NAMES)
def test_our_stories_and_our_judge_are_not_there(name: str, into: Path) -> None:
    """A home that was raised from the built-in stories has some of them in its held-out text."""
    assert list(Path(BUILTIN).rglob("*.txt"))
    found = given(PEEP.encode(), [], Inputs(), allowed(name), into)
    assert found.clean and found.output == b"done\n", (found.output[-500:], found.errors[-500:])


def test_what_is_hidden_is_not_there(backend: Backend) -> None:
    """Where the package lies in a folder that has to be mounted: hidden, or refused where that cannot be done."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        library = Path(made, "lib")
        for place in ("ours/stories", "ours/training", "theirs"):
            (library / place).mkdir(parents=True)
            (library / place / "a.txt").write_text(place, encoding="utf-8")
        program = f"""
import os
for place in ("ours/stories", "ours/training", "theirs"):
    try: print(open(os.path.join({str(library)!r}, place, "a.txt")).read())
    except OSError: pass
try: open({str(library / "ours" / "b.txt")!r}, "w")
except OSError: print("shut")
"""
        inputs = Inputs(
            files={"program.py": program.encode()}, mounts=(library, library / "ours" / "training"),
            hidden=(library / "ours",),
        )
        command = interpreter_for(backend).command("../in/program.py")
        if backend.own_folder:
            found = run(command, inputs, FUNCTION, backend=backend)
            assert found.output == b"ours/training\ntheirs\nshut\n", (found.output, found.errors)
        else:
            with pytest.raises(BadInput, match="cannot hide"):
                run(command, inputs, FUNCTION, backend=backend)


def test_a_program_of_another_python_is_refused() -> None:
    with pytest.raises(BadInput, match="install bubblewrap"):
        with_packages(Interpreter(executable=Path("/usr/bin/python2.7")))


def test_no_whole_prefix_is_mounted(tmp_path: Path) -> None:
    """A Python built into somebody's home would take that home along."""
    for name in ("bin", "lib", "letters"):
        (tmp_path / name).mkdir()
    mounts = Interpreter(executable=tmp_path / "bin" / "python3").mounts
    assert set(mounts) == {tmp_path / "bin", tmp_path / "lib"}
    assert Path.home() not in with_packages(bare()).mounts
