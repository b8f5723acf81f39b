"""How firmly a name is held: a subject and held-out text flow in, hold, leak, margin and persistence flow out.

The sheet, its marks and the margins are the name exam's (`exam`, naming.md section 6), at temperature 0; for the
intervals whole templates are drawn again. Persistence is new here: the being says its name, then others talk for k
turns of held-out text, then it is asked. In talk with large models such things are lost with distance (Li et al. 2024,
arXiv 2402.10962); what falls out of the context can only be known from training.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from foundling.evaluation.asks import HELLO, NAMES, PARAPHRASE
from foundling.evaluation.claims import mentions
from foundling.evaluation.exam import Answer, answered, barred, in_room, sampled_share
from foundling.evaluation.margin import first_of_each, margin
from foundling.evaluation.measures.points import mean_score, share_score
from foundling.evaluation.rooms import INTRODUCTIONS
from foundling.evaluation.sheet import (
    HOLD_CELLS,
    LEAK_CELLS,
    PROMPTS,
    TEMPLATES,
    Prompt,
    draw_cell,
    false_names,
    fill,
    other_names,
)
from foundling.evaluation.subject import Subject
from foundling.inference import GREEDY
from foundling.records import BadInput, Score, Story, Turn

DISTANCES = (0, 4, 16, 64)  # turns between the introduction and the ask
LONGEST = 25  # words of a turn of filler
LEAST_WORDS = 3
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*[\"'\u2019\u201d]*")
Pools = tuple[Sequence[str], Sequence[str]]


def _pools(subject: Subject) -> Pools:
    """People's names and false names. Raises BadInput for a being without a name."""
    if not subject.name.strip():
        raise BadInput("A being without a name cannot be asked for it: give the name it was raised with.")
    return other_names(subject.name, NAMES), false_names(subject.name, subject.tokenizer)


def sheet(subject: Subject, pools: Pools, *, count: int, seed: int) -> list[Prompt]:
    """`count` prompts of every cell (0: the exam's 104), of as many different templates as there are."""
    prompts = []
    for cell in (*HOLD_CELLS, *LEAK_CELLS):
        least = max(count, len(TEMPLATES[cell])) if count else PROMPTS
        drawn = draw_cell(cell, subject.name, pools, seed=seed, prompts=least)
        prompts += random.Random(f"sheet {seed}/{cell}").sample(drawn, count or len(drawn))
    return prompts


def answers(subject: Subject, prompts: Sequence[Prompt], false: Sequence[str], *, seed: int) -> list[Answer]:
    """What is answered at temperature 0, marked as the exam marks it."""
    return answered(prompts, false, subject.tokenizer, subject.engine, GREEDY, seed)


def table(given: Sequence[Answer], *, seed: int) -> tuple[Score, ...]:
    """`name.hold` and `name.leak` over all their cells, and every cell by itself."""
    held = [answer for answer in given if answer.cell in HOLD_CELLS]
    leaked = [answer for answer in given if answer.cell in LEAK_CELLS]
    rows = [
        barred(sampled_share("name.hold", held, [answer.good for answer in held], seed), leak=False),
        barred(sampled_share("name.leak", leaked, [not answer.good for answer in leaked], seed), leak=True),
    ]
    for cell in HOLD_CELLS:
        rows.append(share_score(f"name.hold.{cell}", [answer.good for answer in held if answer.cell == cell]))
    for cell in LEAK_CELLS:
        rows.append(share_score(f"name.{cell.replace('_', '.')}", [not a.good for a in leaked if a.cell == cell]))
    return (*rows, share_score("name.claimed", [answer.own for answer in held]))


def margins(subject: Subject, prompts: Sequence[Prompt], false: Sequence[str], *, seed: int) -> tuple[Score, ...]:
    """By how many nats the own name is likelier than false ones where it should be said, and how often it is first."""
    found = [margin(prompt, false, subject.tokenizer, subject.engine) for prompt in prompts]
    return (
        mean_score("name.margin", [one.nats for one in found], seed=seed, unit="nats"),
        share_score("name.margin_first", [one.rank == 1 for one in found]),
    )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The name asked for so many turns after it was said: whether it was held, and whether that turn was still read."""

    distance: int
    held: bool
    in_view: bool


def speeches(heldout: Sequence[Story], being: str) -> list[str]:
    """What is said in held-out scenes for people, and else the sentences of held-out prose, in order, cut to 25 words;
    none that names the being. Raises BadInput where there is nothing."""
    scenes = [story for story in heldout if story.form == "scene" and not story.simulated]
    said = [turn.text for story in scenes for turn in story.turns if not turn.silent]
    if len(said) < DISTANCES[-1]:
        said += [piece for s in heldout if s.form == "prose" for piece in _SENTENCE.findall(s.text)]
    cut = [" ".join(text.split()[:LONGEST]) for text in said if len(text.split()) >= LEAST_WORDS]
    kept = [text for text in cut if not mentions(text, being)]
    if not kept:
        raise BadInput("There is no held-out talk to put between a name and the question: hold out a story.")
    return kept


def long_talks(subject: Subject, pools: Pools, said: Sequence[str], *, count: int, seed: int) -> list[list[Prompt]]:
    """For each of `count` conversations one prompt a distance: the being's introduction, two others' talk, the ask.

    Longer talk holds the shorter's last turns, so that the same words stand before the ask.
    """
    rng, made = random.Random(f"persistence {seed}"), list[list[Prompt]]()
    plain = [number for number, template in enumerate(PARAPHRASE) if "\n" not in template]
    for place in range(count):
        ask = fill("paraphrase", plain[place % len(plain)], subject.name, pools, rng)
        first = str(ask.turns[0].name)
        other = rng.choice([name for name in pools[0] if name != first])
        begun = rng.randrange(len(said))
        talk = [
            Turn(name=(other, first)[i % 2], text=said[(begun - i) % len(said)]) for i in range(DISTANCES[-1])
        ][::-1]
        hello = Turn(name=first, text=rng.choice(HELLO))
        own = Turn(name=subject.name, text=rng.choice(INTRODUCTIONS).format(me=subject.name))
        made.append([
            replace(ask, turns=(hello, own, *talk[len(talk) - k:], *ask.turns), others=(*ask.others, other))
            for k in DISTANCES
        ])
    return made


def persist(
    subject: Subject, talks: Sequence[Sequence[Prompt]], false: Sequence[str], *, seed: int
) -> list[list[Kept]]:
    """Every conversation asked at every distance."""
    rows: list[list[Kept]] = [[] for _ in talks]
    for place, distance in enumerate(DISTANCES):
        prompts = [talk[place] for talk in talks]  # of one distance at a time: they are of like length
        views = [not in_room(prompt, subject.tokenizer, subject.engine)[1] for prompt in prompts]
        for row, answer, view in zip(rows, answers(subject, prompts, false, seed=seed), views, strict=True):
            row.append(Kept(distance=distance, held=answer.good, in_view=view))
    return rows


def persistence(rows: Sequence[Sequence[Kept]], *, seed: int) -> tuple[Score, ...]:
    """The share held at each distance (Wilson: one answer a conversation), in how many the introduction was still in
    view, and how much is lost from the nearest to the farthest, by conversation."""
    made = []
    for place, distance in enumerate(DISTANCES):
        column = [row[place] for row in rows]
        made.append(share_score(f"name.persistence.{distance}", [one.held for one in column]))
        seen = sum(one.in_view for one in column) / max(1, len(column))
        made.append(Score(name=f"name.persistence.in_view.{distance}", value=seen, n=len(column)))
    lost = [float(row[0].held) - float(row[-1].held) for row in rows]
    return *made, mean_score("name.persistence.loss", lost, seed=seed)


def name_scores(subject: Subject, heldout: Sequence[Story], *, count: int, seed: int) -> tuple[Score, ...]:
    """The exam on `count` prompts of each cell, margins on as many, and persistence over as many conversations; 0: the
    exam's own number. Raises BadInput for a being without a name, or without held-out text."""
    pools = _pools(subject)
    said, prompts = speeches(heldout, subject.name), sheet(subject, pools, count=count, seed=seed)
    firsts = [prompt for prompt in first_of_each(prompts) if prompt.cell in HOLD_CELLS]
    weighed = random.Random(f"margins {seed}").sample(firsts, min(count or len(firsts), len(firsts)))
    talks = long_talks(subject, pools, said, count=count or PROMPTS, seed=seed)
    return (
        *table(answers(subject, prompts, pools[1], seed=seed), seed=seed),
        *margins(subject, weighed, pools[1], seed=seed),
        *persistence(persist(subject, talks, pools[1], seed=seed), seed=seed),
    )
