"""Questions of the simulated world: a subject and a seed flow in, what it makes of each family by likelihood flows out.

Comprehension (who, where, why, what if ...), physics, and physics told as minimal pairs; names, seeds and kinds of
scenes are kept for this: no narrated corpus holds them. Beside every figure stand chance and the same without having
read the text, for a share above chance that needs no reading is no comprehension. A tie is wrong. Every third question
is also answered in words of its own, held against the right answer and, as a control, against another's.
"""

from collections.abc import Iterator, Sequence

from foundling.evaluation.choosing import Chosen, Item, choose, tally
from foundling.evaluation.measures.continuing import greedily
from foundling.evaluation.measures.points import mean_score, share_score
from foundling.evaluation.measures.texts import exact, shuffled, word_f1
from foundling.evaluation.subject import Subject
from foundling.records import Score
from foundling.world import examine_physics, examine_villages

ANSWERED = 3  # of so many questions one is answered in words
_SAID = 24  # ids of an answer
_LONGEST = 700  # bytes of a text that is asked about: it has to fit the smallest model's context beside its question


def items(seed: int, count: int) -> Iterator[Item]:
    """Questions of all families, about `count` of each: villages first, then physics and its minimal pairs."""
    for text, question in examine_villages(seed, count, _LONGEST):
        yield Item(
            family=question.family, text=f"{text}\n\n", ask=question.ask, options=question.options,
            answer=question.answer,
        )
    for family, text, ask, options, answer in examine_physics(seed, count):
        yield Item(family=family, text=text, ask=ask, options=options, answer=answer)


def table(asked: Sequence[Item], chosen: Sequence[Chosen], *, seed: int) -> tuple[Score, ...]:
    """For each family and for all: the share right (Wilson), chance, the share right unread, and over all questions
    how much reading adds, with a bootstrap over questions."""
    made = []
    for row in tally(asked, chosen):
        name = f"world.{row.family}"
        made += [
            Score(name=name, value=row.accuracy, n=row.n, low=row.low, high=row.high),
            Score(name=f"{name}.chance", value=row.chance, n=row.n),
            Score(name=f"{name}.unread", value=row.unread, n=row.n),
        ]
    gains = [
        float(one.read == item.answer) - float(one.unread == item.answer)
        for item, one in zip(asked, chosen, strict=True)
    ]
    return *made, mean_score("world.reading", gains, seed=seed)


def answers(subject: Subject, asked: Sequence[Item], *, seed: int) -> list[str]:
    """What the subject writes after each text and question, greedily: the first line of it."""
    made = greedily(subject, [f"{item.text}{item.ask}" for item in asked], most=_SAID, seed=seed)
    return [text.strip().partition("\n")[0] for text in made]


def answer_scores(asked: Sequence[Item], said: Sequence[str], *, seed: int) -> tuple[Score, ...]:
    """Exact match and F1 of words with the right answer (SQuAD's), F1 with another question's, and the difference."""
    if len(asked) < 2:
        return ()
    right = [item.options[item.answer] for item in asked]
    ours = [word_f1(a, b) for a, b in zip(said, right, strict=True)]
    others = [word_f1(a, b) for a, b in zip(said, shuffled(right, seed), strict=True)]
    return (
        share_score("world.answers.exact_match", [exact(a, b) for a, b in zip(said, right, strict=True)]),
        mean_score("world.answers.f1", ours, seed=seed),
        mean_score("world.answers.f1_shuffled", others, seed=seed),
        mean_score("world.answers.f1_gain", [a - b for a, b in zip(ours, others, strict=True)], seed=seed),
    )


def world_scores(subject: Subject, *, count: int, seed: int) -> tuple[Score, ...]:
    """About `count` questions of every family chosen by likelihood, and every third one answered in words."""
    asked = list(items(seed, count))
    chosen = [choose(subject.engine, subject.tokenizer, item) for item in asked]
    freely = [item for item in asked if item.ask][::ANSWERED]
    return *table(asked, chosen, seed=seed), *answer_scores(freely, answers(subject, freely, seed=seed), seed=seed)
