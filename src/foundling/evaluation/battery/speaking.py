"""Scenes of villages in, the same scenes with two names changed round out: everybody says what the other said.

Only scenes are taken in which one of the two calls the other by name, so that the words themselves tell who speaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from foundling.evaluation.battery.pair import Half, Pair
from foundling.evaluation.battery.villages import scene_of, tales
from foundling.records import Turn, render
from foundling.world.questions.names import spoken

_MOST = 420  # bytes
_LEAST_TURNS = 3


def swap_names(turns: Sequence[Turn], one: str, other: str) -> tuple[Turn, ...]:
    """The same words, said by the other of the two."""
    changed = {one: other, other: one}
    return tuple(turn if turn.name is None else replace(turn, name=changed.get(turn.name, turn.name)) for turn in turns)


def callers(turns: Sequence[Turn]) -> tuple[str, str] | None:
    """Two of the speakers, of whom one calls the other by name; None where nobody does, or where somebody already names
    whoever says it."""
    names = dict.fromkeys(turn.name for turn in turns if turn.name)
    for turn in turns:
        for name in names:
            if turn.name and turn.name != name and spoken(name, turn.text):
                pair = turn.name, name
                clear = not any(t.name in pair and spoken(t.name, t.text) for t in turns if t.name)
                return pair if clear else None
    return None


def wrong_speakers(half: Half, seed: int) -> Iterator[Pair]:
    """Pairs without end."""
    for tale in tales(half, seed):
        turns = tuple(turn for turn in scene_of(tale) if turn.name)
        while len(turns) > _LEAST_TURNS and len(render(turns).encode("utf-8")) > _MOST:
            turns = turns[:-1]
        who = callers(turns)
        if who is None or len(turns) < _LEAST_TURNS or len(render(turns).encode("utf-8")) > _MOST:
            continue
        yield Pair(
            id=f"wrong_speaker.{tale.number}", cls="wrong_speaker", better=render(turns),
            worse=render(swap_names(turns, *who)), source="world", group=f"tale.{tale.number}", form="scene",
        )
