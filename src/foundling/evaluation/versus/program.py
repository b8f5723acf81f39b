"""The judge as a process of its own: a job (JSON) with one side's files flows in, a sheet of rows flows out.

Run as `python -m foundling.evaluation.versus.program JOB.json`. A job: folder (config.json, weights.safetensors and
tokenizer.json), heldout and train (files with one JSON list of stories; train may be null), name (of the being, null
for no exam), prompts (of each cell of the exam), world (questions of each family), sets (folder of test sets, or
null), pairs (of each of BLiMP's paradigms), seed, threads, out (file to write). One process sees one side only, and
never the other's figures.

Everything is computed here from the files, in float32: no number that a candidate wrote is read, nothing is unpickled,
no code of a candidate runs. Whatever goes wrong ends it with a code that is not 0, and whoever was judged has lost.
"""

import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from foundling.evaluation.asks import NAMES
from foundling.evaluation.choosing import choose
from foundling.evaluation.comparable import read_pairs
from foundling.evaluation.events import say
from foundling.evaluation.exam import answered
from foundling.evaluation.likelihood import plain_text, score_text, uniform_test
from foundling.evaluation.measures.blimp import FILE, judge_points
from foundling.evaluation.measures.world import items
from foundling.evaluation.memorisation import WINDOW, TrainingText
from foundling.evaluation.program import read_json, read_stories
from foundling.evaluation.sheet import HOLD_CELLS, LEAK_CELLS, draw_cell, false_names, other_names
from foundling.evaluation.spans import readers
from foundling.evaluation.texture import grams, openings, words_of, write
from foundling.home.files import write_atomically
from foundling.inference import GREEDY, Engine
from foundling.model import Decoder, load_decoder
from foundling.records import SPECIALS, BadInput, Story, canonical_json, content_hash
from foundling.tokens import Tokenizer

BATCH = 8
MEMORY = 24 * 2**30  # bytes of address space: a shape that asks for more ends this process, not the computer
TRAIN = 8_000_000  # bytes of training text that samples are held against
FREE, BEGUN = 8, 8  # samples from nothing; after beginnings of training and of held-out text
BEGINNING = 12  # words
WORDS_IN_TOKEN = 4
LEAST_CONTEXT = 256  # that holds a question about the world with its text
_KEYS: dict[str, Any] = {
    "folder": str, "heldout": str, "train": (str, type(None)), "name": (str, type(None)), "prompts": int, "seed": int,
    "threads": int, "out": str, "world": int, "sets": (str, type(None)), "pairs": int,
}
_RUN = re.compile(r"\w+")


def read_job(path: Path) -> dict[str, Any]:
    """The job in a file. Raises BadInput when a part of it is missing or of another kind."""
    job = read_json(path)
    for key, kind in _KEYS.items():
        if not isinstance(job, dict) or key not in job or not isinstance(job[key], kind) or job[key] is True:
            raise BadInput(f"The job {path} lacks {key}: write it again.")
    return dict(job)


def check_tokenizer(tokenizer: Tokenizer) -> None:
    """Raises BadInput for a vocabulary in which one entry stands for a whole phrase: held-out text may be in it."""
    for number in range(len(SPECIALS), tokenizer.vocabulary):
        text = tokenizer.decode([number])
        if len(_RUN.findall(text)) > WORDS_IN_TOKEN:
            raise BadInput(f"Entry {number} of the tokenizer stands for {len(_RUN.findall(text))} words: no text is "
                           "held in a vocabulary.")


def document_rows(model: Decoder, tokenizer: Tokenizer, heldout: Sequence[Story]) -> Iterator[dict[str, Any]]:
    """Id, bytes and nats of every document; with words of how far it is."""
    stride = max(1, model.shape.context // 2)
    for number, story in enumerate(heldout):
        try:
            (row,) = score_text(model, tokenizer, [story], stride=stride, batch=BATCH)
        except RuntimeError as fault:
            raise BadInput(f"The tokenizer does not give the text back byte for byte ({fault})") from fault
        say(event="progress", text="reading held-out text", done=number + 1, total=len(heldout))
        yield {"id": row.id, "bytes": row.bytes, "nats": row.nats}


def exam_rows(name: str, tokenizer: Tokenizer, engine: Engine, *, prompts: int, seed: int) -> Iterator[dict[str, Any]]:
    """Every question of the name exam at temperature 0, and whether it was answered rightly."""
    false = false_names(name, tokenizer)
    pools = other_names(name, NAMES), false
    for cell in (*HOLD_CELLS, *LEAK_CELLS):
        sheet = draw_cell(cell, name, pools, seed=seed, prompts=prompts)
        say(event="progress", text=f"asking: {cell.replace('_', ' ')}", done=0, total=0)
        answers = answered(sheet, false, tokenizer, engine, GREEDY, seed)
        for number, (prompt, answer) in enumerate(zip(sheet, answers, strict=True)):
            yield {
                "exam": "name hold" if cell in HOLD_CELLS else "name leak", "id": f"{cell} {number}",
                "group": f"{cell} {prompt.template}", "hit": answer.good,
            }


def world_rows(tokenizer: Tokenizer, engine: Engine, *, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Questions of the simulated world, `count` of each family; none for a context that cannot hold them."""
    if engine.context < LEAST_CONTEXT or not count:
        return
    say(event="progress", text="asking about the world", done=0, total=0)
    for number, item in enumerate(items(seed, count)):
        right = choose(engine, tokenizer, item).read == item.answer
        yield {"exam": "world", "id": str(number), "group": item.family, "hit": right}


def pair_rows(model: Decoder, tokenizer: Tokenizer, sets: Path, *, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """BLiMP's minimal pairs, `count` of each paradigm (0: all); a tie is wrong here."""
    say(event="progress", text="reading minimal pairs", done=0, total=0)
    pairs = read_pairs(sets / FILE, count, seed)
    (reader,) = readers("gpt", model)
    for number, (pair, won) in enumerate(zip(pairs, judge_points(reader, tokenizer, pairs), strict=True)):
        yield {"exam": "minimal pairs", "id": str(number), "group": pair.kind, "hit": won == 1.0}


def sample_rows(
    engine: Engine, tokenizer: Tokenizer, heldout: Sequence[Story], train: Sequence[Story], seed: int
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Counts of every sample, and the most words in a row that were copied from training and from held-out text."""
    say(event="progress", text="writing samples", done=0, total=0)
    free = write(engine, tokenizer, [""] * FREE, temperature=1.0, seed=seed)
    begun = {
        name: openings(stories, most=BEGUN, length=BEGINNING, seed=seed)
        for name, stories in (("heldout", heldout), ("train", train))
    }
    after = {name: write(engine, tokenizer, some, temperature=0.0, seed=seed) for name, some in begun.items()}
    texts = [one.text for one in (*free, *after["heldout"], *after["train"])]
    unseen = [one.text for one in (*free, *after["heldout"])]  # after its own beginning training text may go on
    read = TrainingText([plain_text(story) for story in train])
    copied = read.copied(unseen, WINDOW) + [(0, 0)] * len(after["train"])
    rows = []
    for number, (text, (hit, windows)) in enumerate(zip(texts, copied, strict=True)):
        fours = grams(words_of(text), 4)
        rows.append({"id": str(number), "fours": len(fours), "repeated": len(fours) - len(set(fours)),
                     "windows": windows, "copied": hit})
    recited = TrainingText([plain_text(story) for story in heldout]).longest_run(unseen)
    return rows, {"train": read.longest_run(texts).words, "heldout": recited.words}


def weigh(job: dict[str, Any]) -> dict[str, Any]:
    """The sheet of one side. Raises BadInput for files that no model of ours can be read from."""
    folder, heldout = Path(job["folder"]), read_stories(Path(job["heldout"]))
    if not heldout:
        raise BadInput(f"{job['heldout']} holds no document: give held-out text.")
    say(event="trusted", uniform=uniform_test(plain_text(heldout[0])[:200]))
    tokenizer, model = Tokenizer.load(folder / "tokenizer.json"), load_decoder(folder)
    check_tokenizer(tokenizer)
    sheet: dict[str, Any] = {"documents": list(document_rows(model, tokenizer, heldout))}
    if job["name"] is not None:
        engine, train = Engine(model), read_stories(Path(job["train"])) if job["train"] else []
        sheet["items"] = list(exam_rows(job["name"], tokenizer, engine, prompts=job["prompts"], seed=job["seed"]))
        sheet["items"] += world_rows(tokenizer, engine, count=job["world"], seed=job["seed"])
        if job["sets"] is not None:
            sheet["items"] += pair_rows(model, tokenizer, Path(job["sets"]), count=job["pairs"], seed=job["seed"])
        sheet["samples"], sheet["longest"] = sample_rows(engine, tokenizer, heldout, _some(train, job["seed"]),
                                                         job["seed"])
    return sheet


def _some(train: list[Story], seed: int) -> list[Story]:
    """Training stories of TRAIN bytes or little more, drawn by the seed."""
    chosen, total = [], 0
    for story in random.Random(seed).sample(train, len(train)):
        if total >= TRAIN:
            break
        chosen.append(story)
        total += story.bytes
    return chosen


def bound_memory() -> None:
    """Let the kernel refuse what a hostile shape would ask for; where it has no such limit nothing is changed."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))


def main(arguments: list[str]) -> int:
    """Exit codes: 0 done, 2 the side cannot be judged, 1 anything else; the reason is the last event."""
    try:
        if len(arguments) != 1:
            raise BadInput("Give the path of one job: python -m foundling.evaluation.versus.program JOB.json")
        job = read_job(Path(arguments[0]))
        bound_memory()
        torch.set_num_threads(job["threads"])
        sheet = weigh(job)
        data = canonical_json(sheet | {"job": content_hash({k: v for k, v in job.items() if k != "out"})})
        write_atomically(Path(job["out"]), data)
    except BadInput as fault:
        say(event="error", text=str(fault))
        return 2
    except (RuntimeError, ValueError, MemoryError, ArithmeticError, OSError) as fault:
        say(event="error", text=f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
