"""What a story added, or lacked, in; a clause in plain words out. It decides nothing: the choice is made already."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundling.corpus.curation.greedy import Picked
from foundling.corpus.curation.objective import Worth
from foundling.corpus.portrait import Portrait

_RICH = 0.9  # a story is rich in a quality when it has more of it for its length than nine in ten of the pool
_TELLING = 24  # a story with fewer sampled pairs is too short to be called much like another
_ALIKE = 0.25  # from this part of its pairs of words in one chosen story on, a story is much like that one


class Reasons:
    """Words for a choice, story by story in the order of being chosen: `brought` of a story, then `seen`."""

    def __init__(self, portraits: Sequence[Portrait], worth: Worth) -> None:
        self.portraits, self.worth = portraits, worth
        words = np.array([max(1, p.words) for p in portraits], dtype=np.float64).reshape(-1, 1)
        self.rates = worth.amounts / words
        marks = np.quantile(self.rates, _RICH, axis=0) if len(portraits) else np.zeros(self.rates.shape[1])
        self.rich = (self.rates > 0) & (self.rates >= marks)
        self.count = np.zeros(self.rates.shape[1], dtype=np.int64)
        self.chosen: list[int] = []
        self.index: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def seen(self, index: int) -> None:
        """Note that the story is in, for the counts in the words about those after it."""
        self.count += self.rich[index]
        self.chosen.append(index)

    def _clause(self, index: int, column: int) -> str:
        """One quality that a story brings: how much of it there was before."""
        quality, portrait = self.worth.qualities[column], self.portraits[index]
        before = int(self.count[column])
        others = f"which {before:,} before it {'have' if before > 1 else 'has'} too" if before else "the first to do so"
        if quality.name == "talk" and quality.kind == "depth":
            return f"is {portrait.talk:.0%} talk"
        if quality.name == "meetings":
            return f"lets {portrait.pairs:,} pairs of people meet, {portrait.meetings:,} times in all"
        if quality.kind == "depth":
            return f"has a marked arc ({quality.name}), {others}"
        theme = "the theme of " if quality.kind == "themes" else ""
        return f"brings {theme}{quality.name}, {others}"

    def brought(self, one: Picked) -> str:
        """Why a story is in: the one or two qualities of which it adds more than a usual story adds."""
        gains = one.parts[:-2] * self.rich[one.index]
        order = [int(c) for c in np.argsort(-gains, kind="stable")[:2] if gains[c] > 0]
        clauses = [self._clause(one.index, column) for column in order]
        if one.parts[-1] > 0 and (len(clauses) < 2 or one.parts[-1] > 0.5 * one.gain):
            mine = max(1, len(self.worth.pairs[one.index]))
            fresh = one.parts[-1] / self.worth.novelty / mine if self.worth.novelty else 0.0
            clauses.append(f"{fresh:.0%} of its pairs of words are new")
        return "; ".join(clauses[:2]) or "adds a little of many things"

    def _owners(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which chosen stories have each pair of words: owners by pair in a row, and where each pair's begin."""
        if self.index is None:
            mine = [self.worth.pairs[index] for index in self.chosen]
            flat = np.concatenate([np.zeros(0, dtype=np.int64), *mine])
            owners = np.repeat(np.array(self.chosen, dtype=np.int64), [len(pairs) for pairs in mine])
            order = np.argsort(flat, kind="stable")
            self.index = owners[order], np.searchsorted(flat[order], np.arange(len(self.worth.covered) + 1))
        return self.index

    def _like(self, index: int) -> tuple[float, int]:
        """The chosen story that shares most pairs of words with this one, and which part of them."""
        mine, (owners, starts) = self.worth.pairs[index], self._owners()
        counts = starts[mine + 1] - starts[mine]
        if not counts.any() or len(mine) < _TELLING:
            return 0.0, -1
        first = np.repeat(starts[mine] - np.cumsum(counts) + counts, counts)
        shared = np.bincount(owners[first + np.arange(int(counts.sum()))])
        owner = int(shared.argmax())
        return int(shared[owner]) / len(mine), owner

    def lacked(self, index: int) -> str:
        """Why a story is out, once the choice is complete: a near-copy, or what it has least of beside a usual one."""
        share, owner = self._like(index)
        if share >= _ALIKE:
            return f"adds little new: much like {self.portraits[owner].title}"
        portrait, pool = self.portraits[index], self.worth.amounts
        short = []
        for kind, words in (("feelings", "few feelings"), ("themes", "few moral themes")):
            columns = [i for i, quality in enumerate(self.worth.qualities) if quality.kind == kind]
            if columns and self.worth.weights[columns].any():
                usual = self.rates[:, columns].sum(axis=1)
                short.append((float((usual < usual[index]).mean()), words))
        for name, words in (("talk", "little talk"), ("meetings", "few people who meet")):
            column = [q.name if q.kind == "depth" else "" for q in self.worth.qualities].index(name)
            if self.worth.weights[column]:
                short.append((float((pool[:, column] < pool[index, column]).mean()), words))
        lacks = [words for place, words in sorted(short) if place < 0.4][:2]
        if lacks:
            return "has " + " and ".join(lacks) + " for its size"
        strong = [c for c in np.flatnonzero(self.rich[index]).tolist() if self.worth.weights[c]]
        if strong:
            most = max(strong, key=lambda c: int(self.count[c]))
            name = self.worth.qualities[most].name
            return f"would bring {name}, of which {int(self.count[most]):,} chosen ones have much already"
        fresh = self.worth.new_pairs(index) / max(1, len(self.worth.pairs[index]))
        return f"has nothing that others have not more of; {fresh:.0%} of its pairs of words would be new" if (
            portrait.words) else "has no words"
