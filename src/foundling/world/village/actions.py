"""What somebody may choose to do: an Action in, the event that it would be out. It decides nothing and applies nothing.

An action leaves out what follows from the moment: the place, the event that it is about, the event that led to it.
"""

from dataclasses import dataclass

from foundling.world.village.ground import Ground
from foundling.world.village.records import Event

DEEDS = (
    "go", "work", "make", "take", "put", "hide", "search", "miss", "break", "mend", "wait", "give", "lend", "return",
    "steal", "trade", "share", "meet", "say", "ask", "tell", "lie", "promise", "quarrel", "mock", "accuse", "confess",
    "apologise", "forgive", "refuse", "thank", "praise", "comfort", "help", "teach", "befriend", "play", "news",
    "nurse", "mourn",
)
"""The kinds that are a person's to choose; the others befall them or follow by themselves (find from search, keep)."""

WOES = ("distress", "fear", "disappointment", "fears_confirmed", "pity", "shame", "remorse")


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A deed somebody chooses; kind "stay" does nothing. Fields as in Event; `about` may be left to the moment."""

    kind: str
    target: str = ""
    thing: str = ""
    other: str = ""
    to: str = ""
    what: str = ""
    claim: str = ""
    text: str = ""
    about: int = -1


STAY = Action(kind="stay")


def as_event(ground: Ground, actor: str, action: Action, minute: int, cause: int = -1) -> Event:
    """The event that the action would be at that minute; `seen` and `feelings` are still to come."""
    about = action.about if action.about >= 0 else _about(ground, actor, action)
    if cause < 0:
        cause = about if about >= 0 else _cause(ground, actor, action)
    return Event(
        id=ground.count, minute=minute, kind=action.kind, actor=actor, target=action.target, thing=action.thing,
        other=action.other, place=ground.where(actor), to=action.to, what=action.what, claim=action.claim,
        about=about, cause=cause, text=action.text,
    )


def _about(ground: Ground, actor: str, action: Action) -> int:
    """The latest event that a deed of this kind can be about."""
    kind, target = action.kind, action.target
    if kind in ("apologise", "confess"):
        return _latest([w.event.id for w in ground.wrongs.values() if (w.doer, w.victim) == (actor, target)])
    if kind in ("forgive", "refuse"):
        return _latest([
            w.event.id for w in ground.wrongs.values()
            if (w.doer, w.victim) == (target, actor) and ground.knows(actor, w.event)
        ])
    if kind == "thank":
        favour = ground.favours.get((target, actor))
        return favour.id if favour else -1
    if kind == "comfort":
        return next((event for feeling, event in ground.felt(target) if feeling.emotion in WOES), -1)
    if kind == "return":
        loan = ground.loans.get(action.thing)
        return loan.id if loan else _wrong_with(ground, actor, action.thing)
    if kind == "accuse":
        return _wrong_with(ground, target, action.thing)
    if kind == "wait":
        return _latest([p.id for p in ground.promised.values() if (p.actor, p.target) == (target, actor)])
    if kind == "nurse":
        return ground.sick[target].id if target in ground.sick else -1
    if kind == "mourn":
        return ground.dead[target].id if target in ground.dead else -1
    return -1


def _cause(ground: Ground, actor: str, action: Action) -> int:
    """What led to it, as far as the moment tells: a wrong, a blunder, a feeling."""
    if action.kind == "quarrel":
        wrongs = [w.event.id for w in ground.wrongs.values() if (w.doer, w.victim) == (action.target, actor)]
        return _latest([number for number in wrongs if number >= 0])
    if action.kind == "mock" and action.target in ground.blunders:
        return ground.blunders[action.target].id
    if action.target:
        return next((event for feeling, event in ground.felt(actor) if feeling.toward == action.target), -1)
    return -1


def _wrong_with(ground: Ground, doer: str, thing: str) -> int:
    wrongs = [w for w in ground.wrongs.values() if w.doer == doer and w.event.thing == thing]
    return _latest([w.event.id for w in wrongs if w.event.kind != "lie"])


def _latest(numbers: list[int]) -> int:
    return max(numbers, default=-1)
