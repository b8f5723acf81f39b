"""Portraits in, a monotone submodular worth of any set of them out. It knows no budget and chooses nothing.

The worth is a weighted sum of two kinds of terms (Lin and Bilmes 2011, ACL P11-1052). Saturating ones: the square root
of how much of a quality (a feeling, a theme, talk, meetings, an arc) the set has of the whole pool's, so that the first
stories with loneliness count for more than the fiftieth; and of each source the root of the part that is taken, so that
no book fills the choice alone. Covering ones: which part of the pool's different pairs of words the set has, so that a
near-copy brings nothing. Sums of concave functions of sums, and coverage, are both monotone and submodular; so is their
sum.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.portrait import Portrait
from foundling.corpus.portrait.arc import SHAPES
from foundling.records import BadInput

# Of one worth in all: how it is divided between feelings, themes, depth (talk, meetings, arcs), novelty and sources.
OBJECTIVES: dict[str, dict[str, float]] = {
    "depth": {"feelings": 0.35, "themes": 0.0, "depth": 0.65, "novelty": 0.0, "sources": 0.0},
    "diversity": {"feelings": 0.0, "themes": 0.0, "depth": 0.0, "novelty": 0.7, "sources": 0.3},
    "feelings": {"feelings": 0.65, "themes": 0.35, "depth": 0.0, "novelty": 0.0, "sources": 0.0},
    "balanced": {"feelings": 0.25, "themes": 0.15, "depth": 0.25, "novelty": 0.2, "sources": 0.15},
}
OBJECTIVE_WORDS = {
    "depth": "strong feelings, people who meet, talk, and arcs that go somewhere",
    "diversity": "as many different turns of phrase as fit in, from all sources; what is in already counts for nothing",
    "feelings": "every feeling and every moral theme, the rare ones first",
    "balanced": "feelings and moral themes, people who meet and talk, strong arcs, new words and all sources, together",
}
_DEPTH = ("talk", "meetings")


@dataclass(frozen=True, kw_only=True)
class Quality:
    """One saturating quality: its kind ("feelings", "themes", "depth") and its name ("loneliness", "talk", "rise")."""

    kind: str
    name: str


class Worth:
    """What a growing set of stories is worth; `gain` asks, `take` grows it. It starts empty; the whole pool is worth 1
    (less where the pool lacks a kind of quality altogether)."""

    def __init__(self, portraits: Sequence[Portrait], objective: str) -> None:
        """Raises BadInput when there is no objective of that name."""
        if objective not in OBJECTIVES:
            raise BadInput(f"There is no objective called {objective}: choose one of {', '.join(OBJECTIVES)}.")
        share = OBJECTIVES[objective]
        self.qualities = _qualities(portraits)
        self.amounts = _amounts(portraits, self.qualities)  # (stories, qualities), every column adds up to 1
        self.weights = _weights(self.qualities, self.amounts, share)
        pairs, flat = np.unique(
            np.concatenate([np.asarray(p.sketch, dtype=np.int64) for p in portraits] or [np.zeros(0, np.int64)]),
            return_inverse=True)
        ends = np.cumsum([len(p.sketch) for p in portraits])
        self.pairs: list[NDArray[np.int64]] = np.split(flat.reshape(-1), ends[:-1]) if len(portraits) else []
        self.novelty = share["novelty"] / max(1, len(pairs))
        names = {name: number for number, name in enumerate(dict.fromkeys(p.source for p in portraits))}
        self.source = [names[p.source] for p in portraits]
        words = np.array([p.words for p in portraits], dtype=np.float64)
        size = np.bincount(self.source, weights=words, minlength=len(names)) if len(portraits) else np.zeros(0)
        self.portion = words / np.maximum(1.0, size[self.source]) if len(portraits) else words
        self.sources = share["sources"] * size / max(1.0, float(size.sum()))
        self.taken = np.zeros(len(names))
        self.held = np.zeros(len(self.qualities))
        self.roots = np.zeros(len(self.qualities))
        self.covered = np.zeros(len(pairs), dtype=np.bool_)

    def new_pairs(self, index: int) -> int:
        """How many of the story's sampled pairs of words the set does not have."""
        mine = self.pairs[index]
        return int(len(mine) - np.count_nonzero(self.covered[mine]))

    def _from_source(self, index: int) -> float:
        source = self.source[index]
        taken = float(self.taken[source])
        return float(self.sources[source]) * (math.sqrt(taken + float(self.portion[index])) - math.sqrt(taken))

    def parts(self, index: int) -> NDArray[np.float64]:
        """What the story would add by every quality; the last two are what it adds by its source and by novelty."""
        grown = self.weights * (np.sqrt(self.held + self.amounts[index]) - self.roots)
        return np.append(grown, [self._from_source(index), self.novelty * self.new_pairs(index)])

    def gain(self, index: int) -> float:
        """What the set would be worth more with this story."""
        grown = float(self.weights @ (np.sqrt(self.held + self.amounts[index]) - self.roots))
        return grown + self._from_source(index) + (self.novelty * self.new_pairs(index) if self.novelty else 0.0)

    def take(self, index: int) -> None:
        """Put the story into the set."""
        self.held += self.amounts[index]
        self.roots = np.sqrt(self.held)
        self.taken[self.source[index]] += self.portion[index]
        self.covered[self.pairs[index]] = True

    def value(self) -> float:
        """What the set is worth, between 0 and 1."""
        spread = float(self.sources @ np.sqrt(self.taken))
        return float(self.weights @ self.roots) + spread + self.novelty * float(np.count_nonzero(self.covered))

    def emptied(self) -> "Worth":
        """Make the set empty again; returns itself."""
        self.held[:], self.taken[:], self.covered[:] = 0, 0, False
        self.roots = np.sqrt(self.held)
        return self


def _qualities(portraits: Sequence[Portrait]) -> list[Quality]:
    first = portraits[0] if portraits else None
    feelings = [Quality(kind="feelings", name=name) for name in (first.feelings if first else ())]
    themes = [Quality(kind="themes", name=name) for name in (first.themes if first else ())]
    depth = [Quality(kind="depth", name=name) for name in (*_DEPTH, *SHAPES)]
    return [*feelings, *themes, *depth]


def _weights(
    qualities: Sequence[Quality], amounts: NDArray[np.float64], share: Mapping[str, float]
) -> NDArray[np.float64]:
    """A kind's share is divided evenly between its qualities that the pool has at all; talk, meetings and arcs get a
    third of depth each, and the arcs divide theirs."""
    real: NDArray[np.bool_] = (amounts > 0).any(axis=0).reshape(-1)
    groups = ["arcs" if q.kind == "depth" and q.name not in _DEPTH else f"{q.kind} {q.name}" if q.kind == "depth"
              else q.kind for q in qualities]
    parts = Counter(group for group, there in zip(groups, real, strict=True) if there)
    thirds = {group: 1 / 3 if q.kind == "depth" else 1.0 for group, q in zip(groups, qualities, strict=True)}
    weights = [share[q.kind] * thirds[g] / max(1, parts[g]) for g, q in zip(groups, qualities, strict=True)]
    return np.array(weights) * real


def _amount(portrait: Portrait, quality: Quality) -> float:
    """How much of a quality a story has, in a unit that grows with its length: stories add up."""
    if quality.kind == "feelings":
        return portrait.feelings.get(quality.name, 0.0) * portrait.words / 1000
    if quality.kind == "themes":
        return portrait.themes.get(quality.name, 0.0) * portrait.words / 1000
    if quality.name == "talk":
        return portrait.talk * portrait.words
    if quality.name == "meetings":
        # Each pair that meets counts by the root of how often: many who meet are more than two who meet often.
        return float(np.sqrt(portrait.pairs * portrait.meetings))
    return portrait.strength * portrait.words if portrait.shape == quality.name else 0.0


def _amounts(portraits: Sequence[Portrait], qualities: Sequence[Quality]) -> NDArray[np.float64]:
    table = np.array([[max(0.0, _amount(p, q)) for q in qualities] for p in portraits], dtype=np.float64)
    table = table.reshape(len(portraits), len(qualities))
    if not np.isfinite(table).all():
        raise BadInput("A portrait holds a figure that is no number: draw the portraits again.")
    sums = table.sum(axis=0)
    return table / np.where(sums > 0, sums, 1.0)
