"""Portraits, sizes and a wish in, a choice out: for every story whether it is in, its rank, its gain and why, in words.

It reads no story and writes no file; it chooses by portraits alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from foundling.corpus.curation.greedy import best
from foundling.corpus.curation.objective import Worth
from foundling.corpus.curation.reasons import Reasons
from foundling.corpus.portrait import Portrait, draw
from foundling.records import BadInput, Story


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person wants. budget: the most that may be chosen, in `unit` ("bytes" or "tokens", as the sizes are);
    objective: a key of OBJECTIVES. pins: ids of stories that are always in. bans: ids, or patterns of titles
    ("*, part 3", case aside), that are never in."""

    budget: int
    objective: str = "balanced"
    unit: str = "bytes"
    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What became of one story. rank: 1 for the first chosen, 0 for one that is out; gain: what it added to the worth
    of the choice, or would still add; why: a clause in plain words."""

    id: str
    title: str
    size: int
    chosen: bool
    rank: int
    gain: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice from a pool. placed: one a story, in the pool's order; used: sum of the chosen sizes; worth: of the
    choice, where the whole pool would be 1; way: which of the two greedy orders was the better one."""

    wish: Wish
    placed: tuple[Placed, ...]
    used: int
    worth: float
    way: str

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places of the chosen stories in the pool, in the order in which they were chosen."""
        return tuple(sorted((i for i, p in enumerate(self.placed) if p.chosen), key=lambda i: self.placed[i].rank))


def _banned(portrait: Portrait, bans: Sequence[str]) -> str:
    """The ban that meets a story; "" for none."""
    title = portrait.title.casefold()
    return next((ban for ban in bans if ban == portrait.id or fnmatchcase(title, ban.casefold())), "")


def _pinned(portraits: Sequence[Portrait], sizes: Sequence[int], wish: Wish) -> list[int]:
    places = {portrait.id: index for index, portrait in reversed(list(enumerate(portraits)))}
    strange = [pin for pin in wish.pins if pin not in places]
    if strange:
        raise BadInput(f"No story in the pool has the id {strange[0]}, which is pinned: take the pin out.")
    pins = list(dict.fromkeys(places[pin] for pin in wish.pins))
    for index in pins:
        if ban := _banned(portraits[index], wish.bans):
            raise BadInput(f"{portraits[index].title!r} is pinned and banned (by {ban!r}): take one of both out.")
    needed = sum(sizes[index] for index in pins)
    if needed > wish.budget:
        raise BadInput(
            f"The pinned stories need {needed:,} {wish.unit}, but the budget is {wish.budget:,}: raise the budget or "
            "take pins out.")
    return pins


def choose(portraits: Sequence[Portrait], sizes: Sequence[int], wish: Wish) -> Choice:
    """Choose stories that are worth most together within the budget (greedy.py says how near to the best that comes).

    sizes: one a portrait, at least 1, in the unit of the budget. Raises BadInput for a budget or size below 1, pins
    that are unknown, banned or too large, and an unknown objective. The same arguments give the same choice.
    """
    if len(sizes) != len(portraits) or any(size < 1 for size in sizes):
        raise BadInput("Every story of the pool needs a size of at least 1: leave empty stories out.")
    if wish.budget < 1:
        raise BadInput(f"A budget of {wish.budget:,} {wish.unit} holds nothing: give at least 1.")
    pins = _pinned(portraits, sizes, wish)
    bans = [_banned(portrait, wish.bans) for portrait in portraits]
    worth = Worth(portraits, wish.objective)
    free = [index for index in range(len(portraits)) if not bans[index] and index not in set(pins)]
    picked, way = best(worth, sizes, wish.budget, pins, free)
    reasons = Reasons(portraits, worth)
    words: dict[int, tuple[int, float, str]] = {}
    for rank, one in enumerate(picked, 1):
        why = "is pinned by hand" if one.index in pins else reasons.brought(one)
        words[one.index] = rank, one.gain, why
        reasons.seen(one.index)
    room = wish.budget - sum(sizes[one.index] for one in picked)
    for index in range(len(portraits)):
        if index not in words:
            gain = worth.gain(index)
            why = f"is banned by hand ({bans[index]})" if bans[index] else (
                "is larger than the whole budget" if sizes[index] > wish.budget else reasons.lacked(index))
            words[index] = 0, gain, why
    placed = tuple(
        Placed(id=p.id, title=p.title, size=sizes[i], chosen=words[i][0] > 0, rank=words[i][0],
               gain=round(words[i][1], 9), why=words[i][2])
        for i, p in enumerate(portraits))
    return Choice(wish=wish, placed=placed, used=wish.budget - room, worth=round(worth.value(), 9), way=way)


def reference_choice(parts: Sequence[Story], budget_bytes: int, objective: str = "balanced") -> list[int]:
    """The places of the parts that are chosen within a budget of bytes, in the order of the parts: for scripts."""
    portraits = [draw(part) for part in parts]
    wish = Wish(budget=budget_bytes, objective=objective)
    return sorted(choose(portraits, [part.bytes for part in parts], wish).chosen)
