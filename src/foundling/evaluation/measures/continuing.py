"""How near a subject's continuation comes to the author's: a subject and held-out prose flow in, scores flow out.

The first words of a document are given, as many again are written greedily, and held against what the author wrote.
Two stories of children share words by chance alone, so each figure stands beside the same against other documents'
continuations, and what counts is the paired difference.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from foundling.evaluation.exam import generate
from foundling.evaluation.measures.points import mean_score, share_score
from foundling.evaluation.measures.texts import bleu, chrf, rouge_l, shuffled, word_f1
from foundling.evaluation.subject import Subject
from foundling.evaluation.texture import words_of
from foundling.inference import GREEDY
from foundling.records import BadInput, Score, Story

GIVEN = 40  # words that are read
WRITTEN = 25  # words that are compared


@dataclass(frozen=True, kw_only=True)
class Passage:
    """The beginning of a document and how its author goes on."""

    given: str
    reference: str


def passages(stories: Sequence[Story], count: int, seed: int) -> list[Passage]:
    """One passage of each of `count` prose documents (0: all) that are long enough."""
    made = []
    for story in stories:
        words = story.text.split()
        if story.form == "prose" and len(words) >= GIVEN + WRITTEN:
            made.append(Passage(given=" ".join(words[:GIVEN]), reference=" ".join(words[GIVEN:GIVEN + WRITTEN])))
    return random.Random(f"passages {seed}").sample(made, min(count or len(made), len(made)))


def written(subject: Subject, asked: Sequence[Passage], *, seed: int) -> list[str]:
    """The first words of what the subject writes after each passage."""
    made = greedily(subject, [one.given for one in asked], most=3 * WRITTEN, seed=seed)
    return [" ".join(text.split()[:WRITTEN]) for text in made]


def greedily(subject: Subject, texts: Sequence[str], *, most: int, seed: int) -> list[str]:
    """What the subject writes after each text, the likeliest id at each place, up to `most` of them; of a text that is
    too long the end is read."""
    tokenizer, engine = subject.tokenizer, subject.engine
    most = min(most, engine.context // 2)
    prompts = [[tokenizer.begin, *tokenizer.encode(text)[-(engine.context - most - 1):]] for text in texts]
    made = generate(engine, tokenizer, prompts, GREEDY, most=most, seed=seed)
    return [tokenizer.decode(ids) for ids in made]


def compare(hypotheses: Sequence[str], references: Sequence[str], *, seed: int) -> tuple[Score, ...]:
    """Every figure against the right references and against shuffled ones, and the differences by pair.

    `continuation.next_word`: the first word is the same but for its case; an exact match of all 25 would be nothing
    for every small model, and SQuAD's normalisation would take all articles for the same word.
    """
    others = shuffled(references, seed)
    first = [(_first(h), _first(r), _first(o)) for h, r, o in zip(hypotheses, references, others, strict=True)]
    right, wrong = [float(h == r != []) for h, r, _ in first], [float(h == o != []) for h, _, o in first]
    f1 = [word_f1(h, r) for h, r in zip(hypotheses, references, strict=True)]
    f1_other = [word_f1(h, o) for h, o in zip(hypotheses, others, strict=True)]
    rouge, rouge_other = rouge_l(hypotheses, references), rouge_l(hypotheses, others)
    name = "continuation"
    return (
        bleu(f"{name}.bleu", hypotheses, references, seed=seed),
        bleu(f"{name}.bleu_shuffled", hypotheses, others, seed=seed),
        chrf(f"{name}.chrf", hypotheses, references, seed=seed),
        chrf(f"{name}.chrf_shuffled", hypotheses, others, seed=seed),
        mean_score(f"{name}.rouge_l", rouge, seed=seed),
        mean_score(f"{name}.rouge_l_shuffled", rouge_other, seed=seed),
        mean_score(f"{name}.rouge_l_gain", [a - b for a, b in zip(rouge, rouge_other, strict=True)], seed=seed),
        mean_score(f"{name}.f1", f1, seed=seed),
        mean_score(f"{name}.f1_shuffled", f1_other, seed=seed),
        mean_score(f"{name}.f1_gain", [a - b for a, b in zip(f1, f1_other, strict=True)], seed=seed),
        share_score(f"{name}.next_word", right),
        share_score(f"{name}.next_word_shuffled", wrong),
    )


def _first(text: str) -> list[str]:
    return words_of(text)[:1]


def continuation_scores(subject: Subject, heldout: Sequence[Story], *, count: int, seed: int) -> tuple[Score, ...]:
    """All of `compare` on `count` documents (0: all). Raises BadInput for fewer than two that are long enough."""
    asked = passages(heldout, count, seed)
    if len(asked) < 2:
        raise BadInput(
            f"Continuations need two held-out stories of {GIVEN + WRITTEN} words at least: hold out more prose."
        )
    return compare(written(subject, asked, seed=seed), [one.reference for one in asked], seed=seed)
