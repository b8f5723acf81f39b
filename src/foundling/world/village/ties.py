"""What events do to what people think of each other: a table, and the one function that applies it.

A row is (who thinks of whom, liking, trust, fear, cap): "ta" is the target's opinion of the actor, "at" the actor's of
the target. Kindness of one sort only goes so far: it lifts liking no higher than its cap. Friendship ends at -3.
"""

from foundling.world.village.ground import Ground
from foundling.world.village.records import Event

LOST = -3

TIES: dict[str, tuple[tuple[str, int, int, int, int], ...]] = {
    "meet": (("ta", 1, 0, 0, 1), ("at", 1, 0, 0, 1)),
    "say": (("ta", 1, 0, 0, 1),),
    "give": (("ta", 2, 1, 0, 6),), "lend": (("ta", 1, 1, 0, 4), ("at", 0, -1, 0, 9)), "return": (("ta", 1, 2, 0, 4),),
    "steal": (("ta", -4, -4, 1, 9),), "trade": (("ta", 1, 1, 0, 3), ("at", 1, 1, 0, 3)),
    "share": (("ta", 1, 0, 0, 5), ("at", 1, 0, 0, 5)), "mend": (("ta", 1, 1, 0, 5),),
    "keep": (("ta", 1, 2, 0, 5),), "forget": (("ta", -2, -3, 0, 9),),
    "quarrel": (("ta", -2, 0, 1, 9), ("at", -1, 0, 0, 9)), "mock": (("ta", -2, -1, 0, 9),),
    "accuse": (("ta", -2, -1, 1, 9), ("at", -1, -2, 0, 9)), "confess": (("ta", 0, 1, 0, 9),),
    "apologise": (("ta", 1, 1, -1, 4),), "forgive": (("ta", 2, 1, -2, 5), ("at", 1, 1, 0, 3)),
    "refuse": (("ta", -1, 0, 1, 9),), "thank": (("ta", 1, 0, 0, 4),), "praise": (("ta", 1, 0, 0, 4),),
    "comfort": (("ta", 1, 1, -1, 6),), "help": (("ta", 1, 1, 0, 5),), "teach": (("ta", 1, 1, 0, 5),),
    "befriend": (("ta", 2, 2, -1, 7), ("at", 2, 2, -1, 7)), "play": (("ta", 1, 0, 0, 4), ("at", 1, 0, 0, 4)),
    "nurse": (("ta", 2, 2, 0, 8), ("at", 1, 0, 0, 5)), "find": (("ta", 1, 1, 0, 5),),
}


def tie(ground: Ground, event: Event) -> None:
    """Applies an event to the opinions of those two whom it concerns, as far as they perceived it."""
    if event.kind == "break":
        owner = ground.owner(event.thing)
        if owner != event.actor and owner in event.seen:
            _shift(ground, owner, event.actor, (-2, -1, 0, 9))
    for whose, *shift in TIES.get(event.kind, ()):
        one, other = (event.target, event.actor) if whose == "ta" else (event.actor, event.target)
        if other and one in event.seen:
            _shift(ground, one, other, (shift[0], shift[1], shift[2], shift[3]))


def _shift(ground: Ground, one: str, other: str, shift: tuple[int, int, int, int]) -> None:
    liking, trust, fear, cap = shift
    tie = ground.tie(one, other)
    if liking < 0 or tie.liking < cap:
        tie.liking = max(-9, min(9, tie.liking + liking))
    tie.trust = max(-9, min(9, tie.trust + trust))
    tie.fear = max(-9, min(9, tie.fear + fear))
    if tie.liking <= LOST:
        ground.friendships[one].pop(other, None)
        ground.friendships[other].pop(one, None)
