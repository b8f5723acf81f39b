"""Whose turn it is, and where a turn ends: a subject and conversations flow in, accuracy against baselines flows out.

Next speaker: after some turns, which of those who spoke lately speaks next, by the being's own distribution
(`Being.next_speaker`), the one who spoke last left out, for turns in a row are one. Baselines: whoever spoke before the
last speaker (in talk of two that is always right), and who spoke most. Turn's end: the probability that a turn ends
here, at every border of words, against where it does, as the area under the curve within a conversation (Fawcett 2006).
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from foundling.evaluation.intervals import ratio_bootstrap
from foundling.evaluation.measures.classes import brier, calibration
from foundling.evaluation.measures.conversations import Conversation
from foundling.evaluation.measures.points import Figures, mean_score, pairs_won, share_score
from foundling.evaluation.subject import Subject
from foundling.inference import Being
from foundling.records import BadInput, Score, Turn
from foundling.tokens import Tokenizer

HEARD = 8  # turns that are heard, and whose speakers are in the room
LEAST_STRETCHES = 12  # of talk, for turns' ends
LEAST_PRESENT = 3  # speakers, the last one included: with two the next is never in doubt
LONGEST = 30  # words of a turn that are read, so that many turns fit a small context
_SENTENCE_ENDS = (".", "!", "?", "\"", "'", "\u2019", "\u201d", ")", "*")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What was heard, who may speak next, in the order of their last turns, latest first, and who did."""

    source: str
    heard: tuple[Turn, ...]
    room: tuple[str, ...]
    next: str


def moments(conversations: Sequence[Conversation], count: int, seed: int) -> list[Moment]:
    """`count` moments (0: all) of windows that share no turn, as many of each source as there are; where the next
    speaker is one of those who spoke in the window."""
    by_source: dict[str, list[Moment]] = {}
    for talk in conversations:
        by_source.setdefault(talk.source, []).extend(_moments(talk))
    rng, left = random.Random(f"moments {seed}"), count or sum(map(len, by_source.values()))
    chosen: list[Moment] = []
    for rank, source in enumerate(sorted(by_source, key=lambda key: (len(by_source[key]), key))):
        mine = by_source[source]
        share = min(len(mine), left // (len(by_source) - rank))
        chosen += rng.sample(mine, share)
        left -= share
    return chosen


def _moments(talk: Conversation) -> Iterator[Moment]:
    turns = [turn for turn in talk.turns if turn.name is not None]
    for start in range(0, len(turns) - HEARD, HEARD + 1):
        heard, then = turns[start:start + HEARD], turns[start + HEARD]
        room = tuple(dict.fromkeys(turn.name for turn in reversed(heard) if turn.name is not None))
        if len(room) >= LEAST_PRESENT and then.name in room[1:]:
            cut = tuple(Turn(name=turn.name, text=" ".join(turn.text.split()[:LONGEST])) for turn in heard)
            yield Moment(source=talk.source, heard=cut, room=room[1:], next=then.name)


def foretell(subject: Subject, moment: Moment) -> list[float]:
    """The being's probability of each in the room, silence and the last speaker left out, so that they sum to one."""
    being = Being(moment.room[0], subject.tokenizer, subject.engine, most=8)
    for turn in moment.heard:
        being.hear(turn)
    shares = being.next_speaker(moment.room)
    total = sum(shares[name] for name in moment.room)
    return [shares[name] / total if total else float("nan") for name in moment.room]


def speaker_scores(asked: Sequence[Moment], shares: Sequence[Sequence[float]], *, seed: int) -> tuple[Score, ...]:
    """Accuracy in all and by source, of both baselines and by chance, the paired gain over the better baseline, and
    calibration and Brier score of the probabilities. A tie at the top is wrong."""
    if not asked:
        return ()
    right = [float(_chosen(row) == one.room.index(one.next)) for one, row in zip(asked, shares, strict=True)]
    before = [float(one.room[0] == one.next) for one in asked]
    most = [float(_most_frequent(one) == one.next) for one in asked]
    better = before if sum(before) >= sum(most) else most
    width = max(len(one.room) for one in asked)
    classes = [str(place) for place in range(width)]
    table: Figures = np.array([[*row, *[0.0] * (width - len(row))] for row in shares])
    truth = [str(one.room.index(one.next)) for one in asked]
    return (
        share_score("turns.next_speaker", right),
        *(share_score(f"turns.next_speaker.{source}", [
            won for won, one in zip(right, asked, strict=True) if one.source == source
        ]) for source in sorted({one.source for one in asked})),
        share_score("turns.next_speaker.last_but_one", before),
        share_score("turns.next_speaker.most_frequent", most),
        Score(name="turns.next_speaker.chance", value=sum(1 / len(one.room) for one in asked) / len(asked),
              n=len(asked)),
        mean_score("turns.next_speaker.gain", [a - b for a, b in zip(right, better, strict=True)], seed=seed),
        calibration("turns.next_speaker.calibration_error", [max(row) for row in shares], [bool(w) for w in right],
                    seed=seed),
        brier("turns.next_speaker.brier", truth, table, classes, seed=seed),
    )


def _chosen(shares: Sequence[float]) -> int:
    """The place of the greatest share; -1 for a tie at the top or where one is no number."""
    if not np.isfinite(list(shares)).all() or list(shares).count(max(shares)) > 1:
        return -1
    return list(shares).index(max(shares))


def _most_frequent(moment: Moment) -> str:
    """Who had most turns of those heard; of several the one who spoke latest."""
    counts = Counter(turn.name for turn in moment.heard)
    return max(moment.room, key=lambda name: (counts[name], -moment.room.index(name)))


@dataclass(frozen=True, kw_only=True)
class Border:
    """A place where a turn might end, or where nobody might speak: the log-probability of it, and whether it is so.

    kind: "end" or "silence"; sentence: whether a sentence may end here.
    """

    kind: str
    odds: float
    so: bool
    sentence: bool = False


@torch.inference_mode()
def borders(subject: Subject, talk: Conversation, start: int) -> list[Border]:
    """Every border of words and every beginning of a turn, in the turns from `start` that fit the context."""
    tokenizer = subject.tokenizer
    ids = _ids(tokenizer, talk.turns[start:], subject.model.shape.context)
    logits = subject.model.logits(subject.model.hidden(torch.tensor([ids]))[0]).float().log_softmax(-1)
    ends = logits[:, [tokenizer.turn, tokenizer.end]].logsumexp(-1).tolist()
    silent = logits[:, tokenizer.silence].tolist()
    made, in_words = list[Border](), False
    for place, (before, after) in enumerate(pairwise(ids)):
        if before == tokenizer.turn:
            in_words = False
            made.append(Border(kind="silence", odds=silent[place], so=after == tokenizer.silence))
        elif before == tokenizer.says:
            in_words = True
        elif in_words:
            over = after in (tokenizer.turn, tokenizer.end)
            if over or tokenizer.decode([after])[:1].isspace():
                closed = tokenizer.decode([before]).rstrip().endswith(_SENTENCE_ENDS)
                made.append(Border(kind="end", odds=ends[place], so=over, sentence=closed))
    return made


def _ids(tokenizer: Tokenizer, turns: Sequence[Turn], context: int) -> list[int]:
    """`<|begin|>`, as many whole turns as fit the context, and what stands after the last of them."""
    ids = [tokenizer.begin]
    for turn in turns:
        more = tokenizer.encode_turn(turn)
        if len(ids) + len(more) >= context:
            break
        ids += more
    else:
        return [*ids, tokenizer.end]
    return [*ids, tokenizer.turn]


def area(odds: Sequence[float], ends: Sequence[bool]) -> tuple[float, int]:
    """(pairs of an end and no end in which the end is the likelier, ties a half; all such pairs); no number loses."""
    values, so = np.asarray(odds, dtype=np.float64), np.asarray(ends, dtype=bool)
    values = np.where(np.isfinite(values), values, np.where(so, -np.inf, np.inf))
    return pairs_won(values[so], values[~so]), int(so.sum() * (~so).sum())


def ending_scores(rows: Sequence[Sequence[Border]], *, seed: int) -> tuple[Score, ...]:
    """The area under the curve of turns' ends; the same where a sentence ends, for there a full stop tells nothing;
    and that of silences, where there are any.

    Pairs are made within a stretch of talk only, and whole stretches are drawn again for the interval.
    """
    views = {
        "turns.end_auc": [[b for b in row if b.kind == "end"] for row in rows],
        "turns.end_auc_at_sentence_ends": [[b for b in row if b.kind == "end" and b.sentence] for row in rows],
        "turns.silence_auc": [[b for b in row if b.kind == "silence"] for row in rows],
    }
    made = []
    for name, view in views.items():
        sums = [(won, pairs) for won, pairs in (area([b.odds for b in r], [b.so for b in r]) for r in view) if pairs]
        if sums:
            found = ratio_bootstrap([won for won, _ in sums], [float(pairs) for _, pairs in sums], seed=seed)
            made.append(Score(
                name=name, value=found.value, n=sum(pairs for _, pairs in sums), low=found.low, high=found.high,
                unit="area",
            ))
    return tuple(made)


def turn_scores(
    subject: Subject, conversations: Sequence[Conversation], *, count: int, seed: int
) -> tuple[Score, ...]:
    """Next speaker at `count` moments (0: all), and turns' ends in a fifth as many stretches of talk, at least 12.
    Raises BadInput where there is no moment."""
    asked = moments(conversations, count, seed)
    if not asked:
        raise BadInput("No talk here has three speakers who take turns: give ubuntu_irc or crd3 by --sets.")
    shares = [foretell(subject, moment) for moment in asked]
    rng = random.Random(f"ends {seed}")
    starts = [(talk, place) for talk in conversations for place in range(0, max(1, len(talk.turns) - HEARD), HEARD)]
    most = max(LEAST_STRETCHES, count // 5) if count else len(starts)
    chosen = rng.sample(starts, min(most, len(starts)))
    return (
        *speaker_scores(asked, shares, seed=seed),
        *ending_scores([borders(subject, talk, place) for talk, place in chosen], seed=seed),
    )
