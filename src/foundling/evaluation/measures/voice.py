"""Whether a being speaks alike in different rooms and unlike others: a subject flows in, areas under a curve flow out.

The being and three others, whose names it never learnt to bear, are put by the same model into the same rooms of small
talk. Answers are cut into blocks of rooms; two documents are compared by Burrows's Delta (Burrows 2002) over the
commonest character trigrams, which suit short texts (Stamatatos 2009), only ever from different rooms, so that topics
cannot tell who speaks, and without the speakers' names. The figure is authorship verification: how often two documents
of the being are nearer than one of the being and one of another. Beside it stand the same for each of the others, and
who spoke shuffled within rooms. People's turns are no rivals here: that a model writes unlike people is no voice.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from foundling.evaluation.asks import NAMES
from foundling.evaluation.exam import AS_IN_LIFE, answer_room, generate, in_room
from foundling.evaluation.measures.jackknife import interval
from foundling.evaluation.measures.points import Figures, Places, pairs_won
from foundling.evaluation.sheet import TEMPLATES, Prompt, draw_cell, other_names
from foundling.evaluation.subject import Subject
from foundling.records import BadInput, Score

OTHERS = 3
BLOCKS = 8
FEATURES = 200
SHUFFLES = 500


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What a speaker said in a room."""

    speaker: str
    room: int
    text: str


def rooms(being: str, people: Sequence[str], others: Sequence[str], *, count: int, seed: int) -> list[Prompt]:
    """`count` beginnings of small talk without any of the speakers' names; `template` says which room."""
    pools = ([name for name in people if name not in others], ("Nobody",))
    least = max(count, len(TEMPLATES["talk"]))
    return random.Random(f"rooms {seed}").sample(draw_cell("talk", being, pools, seed=seed, prompts=least), count)


def as_speaker(room: Prompt, speaker: str) -> Prompt:
    """The same room with another who answers, and who said what the answerer had said before."""
    turns = tuple(replace(turn, name=speaker) if turn.name == room.answerer else turn for turn in room.turns)
    return replace(room, turns=turns, answerer=speaker)


def listen(subject: Subject, given: Sequence[Prompt], speakers: Sequence[str], *, seed: int) -> list[Spoken]:
    """What each speaker says in each room, as in life."""
    asked = [as_speaker(room, speaker) for room in given for speaker in speakers]
    tokenizer, engine = subject.tokenizer, subject.engine
    ids = [in_room(prompt, tokenizer, engine)[0] for prompt in asked]
    made = generate(engine, tokenizer, ids, AS_IN_LIFE, most=answer_room(engine), seed=seed)
    return [
        Spoken(speaker=prompt.answerer, room=prompt.template, text=tokenizer.decode(out).strip())
        for prompt, out in zip(asked, made, strict=True)
    ]


def documents(spoken: Sequence[Spoken], speakers: Sequence[str]) -> list[list[str]]:
    """By speaker and block of rooms all that was said there, small letters and single spaces, the speakers' names taken
    out."""
    names = re.compile("|".join(rf"(?<!\w){re.escape(name.lower())}(?!\w)" for name in speakers))
    texts: list[list[list[str]]] = [[[] for _ in range(BLOCKS)] for _ in speakers]
    for one in spoken:
        plain = " ".join(names.sub("", one.text.lower()).split())
        texts[speakers.index(one.speaker)][one.room % BLOCKS].append(plain)
    return [["\n".join(block) for block in row] for row in texts]


def distances(texts: Sequence[str]) -> Figures:
    """Burrows's Delta of every two texts: the mean absolute difference of the standard scores of trigrams' shares.

    Deviations are over the texts given. A text without trigrams is as far from every other as no number can say: NaN.
    """
    counts = [Counter(text[i:i + 3] for i in range(len(text) - 2)) for text in texts]
    common = [gram for gram, _ in sum(counts, Counter[str]()).most_common(FEATURES)]
    totals = np.array([sum(count.values()) for count in counts], dtype=np.float64)
    shares = np.array([[count[gram] for gram in common] for count in counts], dtype=np.float64).reshape(len(texts), -1)
    shares = np.divide(shares, totals[:, None], out=np.full_like(shares, np.nan), where=totals[:, None] > 0)
    told = totals > 0
    spread = shares[told].std(axis=0) if told.any() else np.ones(shares.shape[1])
    scores = shares[:, spread > 0] / spread[spread > 0]
    far = np.stack([np.abs(scores - row).sum(axis=1) for row in scores]) / max(1, scores.shape[1])
    return np.where(told[:, None] & told[None, :], far, np.nan)


def area(far: Figures, owner: Places, speaker: int, *, left_out: int = -1) -> float:
    """How often two documents of the speaker's are nearer than one of its and one of another's, ties a half.

    far: distances (speakers, blocks, speakers, blocks); owner (speakers, blocks): who speaks in each document; only
    documents of different blocks are compared. NaN where nothing can be.
    """
    same, other = list[float](), list[float]()
    places = [(s, b) for s in range(owner.shape[0]) for b in range(owner.shape[1]) if b != left_out]
    for s, b in places:
        if owner[s, b] != speaker:
            continue
        for t, c in places:
            if c != b:
                (same if owner[t, c] == speaker else other).append(float(far[s, b, t, c]))
    near, farther = (np.array(some)[np.isfinite(some)] for some in (same, other))
    return pairs_won(farther, near) / (len(near) * len(farther)) if len(near) and len(farther) else float("nan")


def table(texts: Sequence[Sequence[str]], *, seed: int) -> tuple[Score, ...]:
    """The being's area (the first row of texts is its own) with an interval that leaves out blocks of rooms; the mean
    of the others', each held against all the rest; and shuffled, with the band in which 95% of the shuffles lie.

    Raises BadInput where it said nothing at all.
    """
    speakers, blocks = len(texts), len(texts[0])
    far = distances([text for row in texts for text in row]).reshape(speakers, blocks, speakers, blocks)
    owner = np.repeat(np.arange(speakers)[:, None], blocks, axis=1)
    own = area(far, owner, 0)
    if not np.isfinite(own):
        raise BadInput("The being said too little in any room to have a voice: look at its samples.")
    without = [area(far, owner, 0, left_out=block) for block in range(blocks)]
    low, high = interval(own, without) if np.isfinite(without).all() else (None, None)
    rivals = [area(far, owner, speaker) for speaker in range(1, speakers)]
    rng = np.random.default_rng(seed)
    mixed = [area(far, rng.permuted(owner, axis=0), 0) for _ in range(SHUFFLES)]
    band = np.nanquantile(mixed, [0.025, 0.975])
    return (
        Score(name="voice.own", value=own, n=blocks, low=low, high=high, unit="area under the curve"),
        Score(name="voice.others", value=float(np.nanmean(rivals)), n=len(rivals), unit="area under the curve"),
        Score(name="voice.shuffled", value=float(np.nanmean(mixed)), n=SHUFFLES, low=float(band[0]),
              high=float(band[1]), unit="area under the curve"),
    )


def voice_scores(subject: Subject, *, count: int, seed: int) -> tuple[Score, ...]:
    """The being and three others in `count` rooms (0: 160). Raises BadInput for a being without a name."""
    if not subject.name.strip():
        raise BadInput("A being without a name has no voice of its own: give the name it was raised with.")
    rng, people = random.Random(f"voice {seed}"), list(other_names(subject.name, NAMES))
    others = rng.sample(people, OTHERS)
    given = rooms(subject.name, people, others, count=count or 10 * len(TEMPLATES["talk"]), seed=seed)
    speakers = [subject.name, *others]
    return table(documents(listen(subject, given, speakers, seed=seed), speakers), seed=seed)
