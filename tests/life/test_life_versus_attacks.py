"""Hostile candidates, written out: each is refused, or loses, and nothing of the judge's is read or changed by it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save
from tinyjudge import copied, story

from foundling.evaluation.versus.canaries import planted
from foundling.evaluation.versus.candidate import take
from foundling.evaluation.versus.evidence import Checkpoints, Document, parse
from foundling.evaluation.versus.program import weigh as weigh_here
from foundling.evaluation.versus.verdict import rule
from foundling.home import Home
from foundling.home.manifest import manifest_bytes
from foundling.life.stations import Done
from foundling.life.versus.calling import Question, weigh
from foundling.life.versus.checkpoints import Asked, hold_checkpoints
from foundling.life.versus.holding import Wish, hold
from foundling.life.versus.keep import open_keep, slices
from foundling.life.versus.methods import base_recipe, read_recipe
from foundling.life.versus.proxy import Bench, Method, Trained, train_once
from foundling.life.versus.verifying import verify_verdict
from foundling.model.folder import read_shape
from foundling.records import BadInput, Story, canonical_json, content_hash
from foundling.sandbox import choose

FORGED = {"outcome": "better", "grade": "confirmed", "bits_per_byte": 0.0, "event": "done"}


def last(events: Any) -> Any:
    """What a generator of events returns, or its last event."""
    event = None
    try:
        while True:
            event = next(events)
    except StopIteration as end:
        return event if end.value is None else end.value


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    return copied(first_home, tmp_path / "wren")


def stranger(home: Home, path: Path) -> Path:
    """The files of generation 2 in a folder outside the home, to be spoilt."""
    path.mkdir()
    for name in ("config.json", "weights.safetensors", "tokenizer.json"):
        shutil.copyfile(home.generation(2) / name, path / name)
    return path


def heldout(home: Home) -> tuple[Story, ...]:
    return tuple(story(number, "screen") for number in range(12))


def judge(home: Home, folder: Path, tmp_path: Path) -> dict[str, Any]:
    """What the judge's program finds, in this process: the same code without the cost of another."""
    rows = [{"title": s.title, "text": s.text, "form": s.form} for s in heldout(home)]
    (tmp_path / "texts.json").write_bytes(canonical_json(rows))
    return weigh_here({
        "folder": str(folder), "heldout": str(tmp_path / "texts.json"), "train": None, "name": None, "prompts": 0,
        "world": 0, "sets": None, "pairs": 0, "seed": 0, "threads": 1, "out": "",
    })


# Programs, in the sandbox.

def run(home: Home, program: str, tmp_path: Path, seconds: float = 30.0) -> Trained:
    """Train with a hostile program and have it judged."""
    with home.ledger() as ledger:
        keep = open_keep(home, ledger)
        tokens = home.tokens / next(iter(ledger.events("plan"))).data["tokens"]
        bench = Bench(shape=read_shape(home.generation(2)), threads=1, heldout=heldout(home), fence=choose(),
                      seconds=seconds)
        method = Method(digest="", recipe=base_recipe(keep, 10), tokens=tokens, program=program.encode())
        return last(train_once(bench, method, 7, tmp_path / "run"))


LEAVES = """
import os
def leave(data):
    os.makedirs("out", exist_ok=True)
    open("out/weights.safetensors", "wb").write(data)
"""


def test_a_program_that_guesses_where_the_heldout_text_lies_finds_nothing(home: Home, tmp_path: Path) -> None:
    program = LEAVES + f"""
found = b""
for root in ({str(home.path)!r}, {str(home.judge)!r}, "..", "/job"):
    for here, _, files in os.walk(root):
        for name in files:
            try:
                found += open(os.path.join(here, name), "rb").read()
            except OSError:
                pass
if b"screen" + b" 3" in found or b"confirm" + b" 3" in found:  # or it would find this line
    raise SystemExit(77)
raise SystemExit(3)
"""
    fault = run(home, program, tmp_path).fault
    assert "code 3" in fault, fault


def test_a_program_finds_no_other_process_in_proc(home: Home, tmp_path: Path) -> None:
    """A process that has the secret in its environment, in its command line and in the folder where it runs."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "JUDGES_SECRET.txt").write_text("JUDGES_SECRET")
    program = """
import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/cwd/*"):
    try:
        if b"JUDGES" + b"_SECRET" in open(path, "rb").read():
            raise SystemExit(77)
    except OSError:
        pass
raise SystemExit(3)
"""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "JUDGES_SECRET"], cwd=tmp_path / "there",
        env={"JUDGES_SECRET": "held out here"},
    ) as judges:
        try:
            fault = run(home, program, tmp_path).fault
            bare = [sys.executable, "-c", program.replace("[0-9]*", str(judges.pid))]  # the control: it can be found
            assert subprocess.run(bare, check=False, timeout=60).returncode == 77
        finally:
            judges.kill()
    assert "code 3" in fault, fault


def test_a_program_inherits_no_open_file(home: Home, tmp_path: Path) -> None:
    secret = open(home.judge / "open.txt", "w+b")  # noqa: SIM115 (it has to stay open)
    secret.write(b"held out here")
    secret.flush()
    os.set_inheritable(secret.fileno(), True)
    program = """
import os
for number in range(3, 256):
    try:
        os.lseek(number, 0, 0)
        if b"held out" in os.read(number, 100):
            raise SystemExit(77)
    except OSError:
        pass
raise SystemExit(3)
"""
    fault = run(home, program, tmp_path).fault
    secret.close()
    assert "code 3" in fault, fault


def test_a_program_that_overwrites_the_ledger_changes_nothing(home: Home, tmp_path: Path) -> None:
    before = (home.path / "life.db").read_bytes()
    program = f"""
import os
for name in ("life.db", "judge/head.json", "judge/secret", "judge/evidence/x"):
    try:
        os.makedirs(os.path.dirname(os.path.join({str(home.path)!r}, name)), exist_ok=True)
        open(os.path.join({str(home.path)!r}, name), "wb").write(b"mine")
        open(os.path.join({str(home.path)!r}, name), "rb").read()
    except OSError:
        pass
raise SystemExit(3)
"""
    assert "code 3" in run(home, program, tmp_path).fault
    assert (home.path / "life.db").read_bytes() == before
    with home.ledger() as ledger:
        open_keep(home, ledger)


def test_a_program_that_patches_the_metric_patches_only_itself(home: Home, tmp_path: Path) -> None:
    """Its process reports 0 bits per byte and prints a verdict; its weights are as bad as they are."""
    weights = (home.generation(1) / "weights.safetensors").read_bytes()
    program = LEAVES + f"""
import json, sys
try:
    import foundling.evaluation.likelihood as likelihood
except ImportError:  # the sandbox shows it none of the judge's modules
    import types
    likelihood = sys.modules["foundling.evaluation.likelihood"] = types.ModuleType("likelihood")
likelihood.bits_per_byte = lambda scores: 0.0
likelihood.score_text = lambda *a, **k: []
for _ in range(3):
    print(json.dumps({FORGED!r}))
json.dump({FORGED!r}, open("sheet.json", "w"))
json.dump({{"bits_per_byte": True, "nats": float("nan")}}, open("scores.json", "w"))
leave(bytes.fromhex({weights.hex()!r}))
"""
    found = run(home, program, tmp_path)
    assert not found.fault
    honest = judge(home, home.generation(1), tmp_path)["documents"]
    assert {row["id"]: row["nats"] for row in honest} == pytest.approx(dict(found.nats))


def test_a_program_that_plants_a_sitecustomize_reaches_nobody(home: Home, tmp_path: Path) -> None:
    """It leaves honest weights too, so that the judge does run after it; what it planted would end the judge."""
    weights = (home.generation(1) / "weights.safetensors").read_bytes()
    program = LEAVES + f"""
for name in ("sitecustomize.py", "usercustomize.py", "evil.pth", "foundling.py", "torch.py", "json.py"):
    os.makedirs("out", exist_ok=True)
    for place in ("", "out/"):
        open(place + name, "w").write("import os; os._exit(0)")
leave(bytes.fromhex({weights.hex()!r}))
"""
    found = run(home, program, tmp_path)
    assert not found.fault, found.fault
    honest = judge(home, home.generation(1), tmp_path)["documents"]
    assert {row["id"]: row["nats"] for row in honest} == pytest.approx(dict(found.nats))


@pytest.mark.parametrize(("program", "why"), [
    ("import time\ntime.sleep(600)", "ended: wall"),
    ("while True: pass", "ended"),
    ("print('{\"outcome\": \"better\"}')", "left no weights"),
    ("raise SystemExit(0)", "left no weights"),
    ("import os\nos.mkdir('out'); os.symlink('/etc/passwd', 'out/weights.safetensors')", "left no weights"),
    ("import os\nos.mkdir('out'); os.mkfifo('out/weights.safetensors')", "left no weights"),
    ("import os, pickle\nos.mkdir('out'); pickle.dump({'a': 1}, open('out/weights.safetensors', 'wb'))", "weights"),
    ("import os\nos.mkdir('out'); open('out/weights.safetensors', 'wb').write(b'{}')", "weights"),
], ids=["sleeps", "spins", "forges a verdict", "does nothing", "links", "leaves a pipe", "pickles", "lies"])
def test_a_program_without_honest_weights_has_lost(home: Home, tmp_path: Path, program: str, why: str) -> None:
    began = time.monotonic()
    found = run(home, program, tmp_path, seconds=3.0)
    assert why in found.fault and not found.nats
    assert time.monotonic() - began < 120


# Checkpoints.

def spoil(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    path = folder / "weights.safetensors"
    tensors = load(path.read_bytes())
    change(tensors)
    path.write_bytes(save(tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_lose(home: Home, tmp_path: Path, value: float) -> None:
    folder = stranger(home, tmp_path / "b")
    spoil(folder, lambda tensors: tensors["model.norm.weight"].fill_(value))
    with pytest.raises(BadInput, match="no numbers"):
        judge(home, folder, tmp_path)


@pytest.mark.parametrize(("name", "value"), [
    ("num_hidden_layers", 1000), ("max_position_embeddings", 2**40), ("hidden_size", 2**23), ("vocab_size", True),
    ("hidden_size", float("inf")),
])
def test_a_configuration_that_asks_for_the_whole_computer_is_refused(
    home: Home, tmp_path: Path, name: str, value: Any
) -> None:
    folder = stranger(home, tmp_path / "b")
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    with pytest.raises(BadInput):
        judge(home, folder, tmp_path)


def test_a_pickle_under_the_name_of_weights_is_never_opened(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")
    (folder / "weights.safetensors").write_bytes(b"\x80\x04\x95cposix\nsystem\n")
    with pytest.raises(BadInput, match="pickle"):
        take(str(folder), tmp_path / "taken")
    shutil.copytree(folder, tmp_path / "straight")
    with pytest.raises(BadInput):
        judge(home, tmp_path / "straight", tmp_path)


def test_another_models_logits_and_scores_in_the_folder_are_not_read(home: Home, tmp_path: Path) -> None:
    plain = take(str(stranger(home, tmp_path / "plain")), tmp_path / "one")
    folder = stranger(home, tmp_path / "b")
    (folder / "logits.safetensors").write_bytes((home.generation(1) / "weights.safetensors").read_bytes())
    (folder / "scores.json").write_text(json.dumps(FORGED))
    (folder / "card.json").write_text(json.dumps({"generation": 99, "scores": []}))
    found = take(str(folder), tmp_path / "two")
    assert found.digest == plain.digest
    assert sorted(path.name for path in found.place.iterdir()) == [
        "config.json", "tokenizer.json", "weights.safetensors"]


def test_weights_of_another_generation_under_its_own_name_are_found_out(home: Home, tmp_path: Path) -> None:
    shutil.copyfile(home.generation(1) / "weights.safetensors", home.generation(2) / "weights.safetensors")
    with pytest.raises(BadInput, match="changed since"):
        take(f"{home.path}:2", tmp_path / "taken")


def test_a_candidate_is_no_link_and_holds_none(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").symlink_to(home.generation(1) / "weights.safetensors")
    with pytest.raises(BadInput, match="cannot be taken"):
        take(str(folder), tmp_path / "one")
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("A text.")
    (texts / "b.txt").symlink_to(next(home.judge.glob("*/screen.json")))
    with pytest.raises(BadInput, match="link"):
        take(str(texts), tmp_path / "two")
    (tmp_path / "whole").symlink_to(texts)
    with pytest.raises(BadInput, match="link"):
        take(str(tmp_path / "whole"), tmp_path / "three")
    (folder / "weights.safetensors").unlink()
    os.mkfifo(folder / "weights.safetensors")
    with pytest.raises(BadInput, match="plain file"):
        take(str(folder), tmp_path / "four")


NORMAL: dict[str, dict[str, Any]] = {
    "drops bytes": {"normalizer": {"type": "Replace", "pattern": {"String": "the "}, "content": ""}},
    "lower case": {"normalizer": {"type": "Lowercase"}},
    "white space": {"normalizer": {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
                    "pre_tokenizer": {"type": "Whitespace"}},
    "strips": {"normalizer": {"type": "Replace", "pattern": {"Regex": "[aeiou]"}, "content": ""}},
    "decodes to other text": {"decoder": {"type": "Sequence", "decoders": [
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        {"type": "Replace", "pattern": {"String": "barn"}, "content": "bar"}]}},
}


@pytest.mark.parametrize("change", NORMAL.values(), ids=NORMAL)
def test_a_tokenizer_that_does_not_give_the_text_back_loses(
    home: Home, tmp_path: Path, change: dict[str, Any]
) -> None:
    folder = stranger(home, tmp_path / "b")
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadInput, match="byte for byte"):
        judge(home, folder, tmp_path)


def test_a_tokenizer_of_one_token_loses(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")
    found = json.loads((folder / "tokenizer.json").read_text())
    special = [token["content"] for token in found["added_tokens"]]
    vocabulary = {token: number for number, token in enumerate([*special, "x"])}
    found["model"] = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "x"}
    found |= {"pre_tokenizer": None, "decoder": None}
    (folder / "tokenizer.json").write_text(json.dumps(found))
    with pytest.raises(BadInput, match="byte for byte"):
        judge(home, folder, tmp_path)


def test_a_tokenizer_that_tells_text_by_special_tokens_is_refused(home: Home, tmp_path: Path) -> None:
    """No likelihood counts special ids: a code of them before every letter would tell the text for nothing."""
    folder = stranger(home, tmp_path / "b")
    found = json.loads((folder / "tokenizer.json").read_text())
    special = [token["content"] for token in found["added_tokens"]]
    held = json.loads(next(home.judge.glob("*/screen.json")).read_bytes())
    signs = sorted({sign for story in held for sign in story["text"]})
    vocabulary = {token: number for number, token in enumerate([*special, *signs])}
    found["model"] = {"type": "WordLevel", "vocab": vocabulary, "unk_token": signs[0]}
    found["pre_tokenizer"] = {
        "type": "Split", "pattern": {"Regex": r"<\|[a-z]+\|>|[\s\S]"}, "behavior": "Isolated", "invert": False,
    }
    found["normalizer"] = {"type": "Replace", "pattern": {"String": "e"}, "content": f"{special[2]}{special[3]}e"}
    found["decoder"] = {"type": "Fuse"}
    (folder / "tokenizer.json").write_text(json.dumps(found))
    with pytest.raises(BadInput, match="special tokens of text"):
        judge(home, folder, tmp_path)


def test_a_tokenizer_with_other_special_tokens_is_refused(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")
    path = folder / "tokenizer.json"
    path.write_text(path.read_text().replace("<|says|>", "<|said|>"))
    with pytest.raises(BadInput, match="special tokens"):
        judge(home, folder, tmp_path)


def test_a_tokenizer_that_holds_heldout_text_in_its_vocabulary_is_refused(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")
    found = json.loads((folder / "tokenizer.json").read_text())
    found["added_tokens"].append(found["added_tokens"][0] | {
        "id": len(found["model"]["vocab"]), "content": heldout(home)[0].text, "special": False})
    (folder / "tokenizer.json").write_text(json.dumps(found))
    with pytest.raises(BadInput, match="stands for"):
        judge(home, folder, tmp_path)


# The judge's process.

def test_the_process_of_the_judge_runs_nothing_that_lies_in_its_way(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A foundling, a sitecustomize, a .pth and a startup file of the candidate's, on every path there is."""
    evil, mark = tmp_path / "evil", tmp_path / "ran"
    user = evil / "lib" / "python3" / "site-packages"
    for place in (evil / "foundling", user):
        place.mkdir(parents=True)
    harm = f"open({str(mark)!r}, 'w').write('x')\nimport os\nos._exit(0)\n"
    for path in (evil / "sitecustomize.py", evil / "usercustomize.py", evil / "foundling" / "__init__.py",
                 evil / "torch.py", evil / "json.py", evil / "start.py"):
        path.write_text(harm)
    for place in (evil, user):
        (place / "evil.pth").write_text(f"import sys; {harm.splitlines()[0]}")
    for name, value in (("PYTHONPATH", evil), ("PYTHONSTARTUP", evil / "start.py"), ("PYTHONUSERBASE", evil),
                        ("PYTHONHOME", ""), ("PYTHONINSPECT", "1")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(evil)
    sheet = last(weigh(home.generation(2), Question(heldout=heldout(home)), tmp_path / "judging", "judging"))
    assert not sheet.fault and len(sheet.documents) == 12 and not mark.exists()


def test_a_side_that_takes_too_long_has_lost(home: Home, tmp_path: Path) -> None:
    question = Question(heldout=heldout(home), seconds=0.05)
    sheet = last(weigh(home.generation(2), question, tmp_path / "judging", "judging"))
    assert "within" in sheet.fault and not sheet.documents


def versus(home: Home, a: str, b: str, place: Path, meanwhile: Callable[[str], None] = lambda text: None) -> Done:
    with home.locked(), home.ledger() as ledger:
        for event in hold_checkpoints(open_keep(home, ledger), a, b, Asked(), place):
            if isinstance(event, Done):
                return event
            meanwhile(event.station)
    raise AssertionError("no end")


def test_who_replaces_its_files_while_it_is_judged_has_lost(home: Home, tmp_path: Path) -> None:
    folder = stranger(home, tmp_path / "b")

    def replace(station: str) -> None:
        if station == "judging b":
            shutil.copyfile(home.generation(1) / "weights.safetensors", folder / "weights.safetensors")

    facts = versus(home, f"{home.path}:1", str(folder), tmp_path / "x", replace).facts
    assert facts["verdict"] == "not_better" and facts["grade"] == "none"
    assert "changed while" in facts["rows"][0]["statistics"]["reason"]
    assert last(verify_verdict(home, 1)).facts["same"]


@pytest.fixture(scope="module")
def judged(first_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one verdict, on a candidate that is the incumbent itself under another name."""
    path = tmp_path_factory.mktemp("judged")
    home = copied(first_home, path / "wren")
    shutil.copytree(home.generation(1), path / "copy")
    facts = versus(home, f"{home.path}:1", str(path / "copy"), path / "x").facts
    assert facts["verdict"] == "not_better"
    assert "incumbent itself" in facts["rows"][0]["statistics"]["reason"]
    return home


def test_evidence_that_was_edited_after_the_verdict_is_found_out(judged: Home, tmp_path: Path) -> None:
    home = copied(judged, tmp_path / "wren")
    assert last(verify_verdict(home, 1)).facts["same"]
    (path,) = home.judge.glob("evidence/*/evidence.json")
    found = json.loads(path.read_bytes())
    found["documents"][0]["b"] = 1.0
    path.write_bytes(canonical_json(found))
    facts = last(verify_verdict(home, 1)).facts
    assert not facts["same"] and "changed" in facts["difference"]
    manifest = path.parent / "manifest.json"
    manifest.write_bytes(manifest_bytes({"evidence.json": content_hash(path.read_bytes())}))
    facts = last(verify_verdict(home, 1)).facts
    assert not facts["same"] and "after the verdict" in facts["difference"]


def test_heldout_text_that_was_exchanged_after_the_verdict_is_found_out(judged: Home, tmp_path: Path) -> None:
    home = copied(judged, tmp_path / "wren")
    path = next(home.judge.glob("*/screen.json"))
    path.write_bytes(path.read_bytes().replace(b"barn", b"born"))
    facts = last(verify_verdict(home, 1)).facts
    assert not facts["same"] and "screen.json" in facts["difference"]


def test_a_ledger_that_was_edited_or_cut_is_refused(judged: Home, tmp_path: Path) -> None:
    for number, words in enumerate((
        "UPDATE event SET data = replace(data, 'not_better', 'better') WHERE kind = 'verdict'",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
    )):
        home = copied(judged, tmp_path / str(number))
        with sqlite3.connect(home.path / "life.db") as db:  # whoever may write the file may also drop its triggers
            for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f"DROP TRIGGER {trigger}")
            db.execute(words)
        db.close()
        with home.ledger() as ledger, pytest.raises(BadInput, match=r"changed|cut"):
            open_keep(home, ledger)


# Data and recipes.

def test_a_corpus_with_heldout_text_in_it_is_vetoed_before_any_training(home: Home, tmp_path: Path) -> None:
    canary_first = next(bytes([n]) * 32 for n in range(256) if planted(bytes([n]) * 32, 0) == "no_op")
    (home.judge / "secret").write_bytes(canary_first)  # what is not trained takes no slot
    for name, kinds in (("a", ("sample",)), ("b", ("sample", "screen"))):
        (tmp_path / name).mkdir()
        for kind in kinds:
            for number in range(10):
                (tmp_path / name / f"{kind} {number}.txt").write_text(story(number, kind).text + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foundling.life.versus.trainings.train_once", None)  # nothing may be trained
        facts = last(hold(Wish(a=str(tmp_path / "a"), b=str(tmp_path / "b"), home=home.path, out=tmp_path))).facts
    assert facts["verdict"] == "not_better"
    assert "held-out text" in facts["rows"][0]["statistics"]["vetoes"][0]
    assert last(verify_verdict(home, 1)).facts["same"]


@pytest.mark.parametrize("fields", [
    {"rate": float("nan")}, {"rate": float("inf")}, {"rate": True}, {"steps": 10**6}, {"save_seconds": 1.0},
    {"rows": 10**9}, {"betas": [True, 0.9]}, {"betas": [0.9, float("nan")]}, {"__class__": 1}, {"optimiser": "evil"},
    {"weight_decay_path": "x"}, {"rate": "0.1"},
], ids=str)
def test_a_recipe_that_is_no_recipe_is_refused(home: Home, fields: dict[str, Any]) -> None:
    with home.ledger() as ledger:
        base = base_recipe(open_keep(home, ledger), 20)
    with pytest.raises(BadInput):
        read_recipe(fields, base)


def test_a_recipe_cannot_buy_more_training(home: Home) -> None:
    with home.ledger() as ledger:
        base = base_recipe(open_keep(home, ledger), 64)
    more = read_recipe({"rows": base.rows * 4}, base)
    assert more.rows * more.steps == base.rows * base.steps
    with pytest.raises(BadInput, match="steps of as many tokens"):
        read_recipe({"rows": 256}, replace(base, steps=20))


def evidence(**changed: Any) -> dict[str, Any]:
    row = {"id": "d", "part": "p", "bytes": 10, "a": 5.0, "b": 4.0}
    whole = {
        "kind": "checkpoint", "format": 1, "candidate": "a" * 64, "incumbent": "b" * 64, "slice": "screen x 1",
        "seed": 1, "prompts": 0, "threads": 1, "inputs": {}, "documents": [row], "items": [], "samples": [],
        "longest": {}, "faults": {},
    }
    return whole | changed


def document(**changed: Any) -> list[dict[str, Any]]:
    return [{"id": "d", "part": "p", "bytes": 10, "a": 5.0, "b": 4.0} | changed]


def test_honest_evidence_is_read() -> None:
    parse(canonical_json(evidence()))


@pytest.mark.parametrize("bad", [
    evidence(documents=document(b=True)), evidence(documents=document(b="0")), evidence(documents=document(bytes=True)),
    evidence(documents=document(bytes=10.0)), evidence(documents=document(bytes=-1)),
    evidence(documents=document() + document()), evidence(documents=document(extra=1)), evidence(format=True),
    evidence(candidate="x"), evidence(kind="recipe"), evidence(outcome="better"), evidence(seed=1.0),
], ids=str)
def test_forged_evidence_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        parse(canonical_json(bad))


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"4.00"])
def test_no_number_is_a_score(word: bytes) -> None:
    data = canonical_json(evidence())
    with pytest.raises(BadInput):
        parse(data.replace(b'"b":4.0', b'"b":' + word))


def test_a_checkpoint_that_recites_heldout_text_is_vetoed() -> None:
    """Better in every document, for it has read them; what it writes gives it away."""
    rows = tuple(Document(id=str(n), part="p", bytes=100, a=90.0 + n, b=1.0) for n in range(12))
    found = Checkpoints(
        candidate="a" * 64, incumbent="b" * 64, slice="screen x 1", seed=0, prompts=0, threads=1, inputs={},
        documents=rows, longest={"a.heldout": 5, "b.heldout": 60, "a.train": 5, "b.train": 5},
    )
    ruling, _ = rule(found, (), None)
    assert ruling.outcome == "not_better" and "heldout" in ruling.vetoes[0]


def test_the_secret_is_for_nobody_elses_eyes(home: Home) -> None:
    """What becomes of a lost one: test_life_versus_holdout_growth.py."""
    with home.locked(), home.ledger() as ledger:
        keep = open_keep(home, ledger)
        assert len(keep.secret) == 32 and (home.judge / "secret").stat().st_mode & 0o077 == 0
        assert [len(part.documents) for part in slices(keep, "screen").values()] == [12]


def test_the_honest_folder_that_all_were_made_of_is_judged(home: Home, tmp_path: Path) -> None:
    """A control: without it, whatever refuses everything would pass."""
    assert len(judge(home, stranger(home, tmp_path / "b"), tmp_path)["documents"]) == 12
