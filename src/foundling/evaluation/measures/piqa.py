"""PIQA (Bisk et al. 2020, arXiv 1911.11641): a subject and two ways to a goal flow in, the share of right ones out.

The solution with fewer nats per byte of its UTF-8 text after the goal is chosen: solutions differ in length, and a sum
favours the shorter. The figure by the plain sum stands beside it. Ties count half, NaN is wrong, chance is 0.5.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.likelihood import Scored, counted_nats, target_nats
from foundling.evaluation.measures.points import point, share_score
from foundling.evaluation.subject import Subject
from foundling.records import BadInput, Score
from foundling.tokens import Tokenizer

FOLDER = "piqa"
BATCH = 32
_LARGEST = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal, its two solutions and the place of the right one."""

    goal: str
    solutions: tuple[str, str]
    answer: int


def read_goals(folder: Path, count: int, seed: int) -> list[Goal]:
    """`count` goals of valid.jsonl and valid-labels.lst drawn by the seed, 0 for all. Raises BadInput."""
    path, labels = folder / "valid.jsonl", folder / "valid-labels.lst"
    try:
        if path.stat().st_size > _LARGEST or labels.stat().st_size > _LARGEST:
            raise BadInput(f"{folder} holds more than {_LARGEST // 2**20} MB: give PIQA's validation set.")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        right = [int(line) for line in labels.read_text(encoding="utf-8").split()]
        goals = [
            Goal(goal=str(row["goal"]), solutions=(str(row["sol1"]), str(row["sol2"])), answer=answer)
            for row, answer in zip(rows, right, strict=True)
        ]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(f"{folder} cannot be read as PIQA ({fault}): give valid.jsonl and valid-labels.lst.") from fault
    if not goals or not set(right) <= {0, 1} or not all(text for goal in goals for text in goal.solutions):
        raise BadInput(f"{folder} cannot be read as PIQA: every label is 0 or 1 and no solution is empty.")
    return random.Random(f"piqa {seed}").sample(goals, min(count or len(goals), len(goals)))


def told(tokenizer: Tokenizer, goal: Goal) -> list[Scored]:
    """Both solutions after the goal, each with a space before it, only the solution counted."""
    before = [tokenizer.begin, *tokenizer.encode(goal.goal)]
    made = []
    for text in goal.solutions:
        after = tokenizer.encode(f" {text}")
        counts = [*[False] * len(before), *[True] * len(after)]
        made.append(Scored(id="", ids=[*before, *after], counts=counts, bytes=len(f" {text}".encode())))
    return made


def judge_goals(goals: Sequence[Goal], nats: Sequence[float], sizes: Sequence[int]) -> tuple[list[float], list[float]]:
    """Points per byte and points by the plain sum; nats and sizes are those of both solutions of each goal in turn."""
    per_byte, summed = [], []
    for number, goal in enumerate(goals):
        right, wrong = 2 * number + goal.answer, 2 * number + 1 - goal.answer
        per_byte.append(point(nats[right] / sizes[right], nats[wrong] / sizes[wrong]))
        summed.append(point(nats[right], nats[wrong]))
    return per_byte, summed


def piqa_scores(subject: Subject, folder: Path, *, count: int, seed: int) -> tuple[Score, ...]:
    """`piqa.accuracy` per byte and `piqa.accuracy_sum`; texts beyond the context are read in windows of half of it."""
    goals = read_goals(folder, count, seed)
    documents = [scored for goal in goals for scored in told(subject.tokenizer, goal)]
    stride = max(1, subject.model.shape.context // 2)
    nats = counted_nats(documents, target_nats(subject.model, documents, stride=stride, batch=BATCH))
    per_byte, summed = judge_goals(goals, nats, [document.bytes for document in documents])
    return share_score("piqa.accuracy", per_byte), share_score("piqa.accuracy_sum", summed)
