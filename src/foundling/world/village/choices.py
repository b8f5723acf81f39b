"""What somebody could do now: a ground, a person and their agenda in, legal actions out, in a fixed order.

Only what makes sense is offered: walking, what the agenda holds, what can be done with the things and people at hand.
"""

from collections.abc import Iterator, Sequence

from foundling.world.village import words
from foundling.world.village.actions import Action, as_event
from foundling.world.village.ground import Ground
from foundling.world.village.promises import BRING, HELP
from foundling.world.village.rules import fault
from foundling.world.village.views import Intent

FREE = (
    "meet", "praise", "quarrel", "comfort", "befriend", "nurse", "thank", "apologise", "confess", "forgive", "refuse",
)


def choices(ground: Ground, name: str, agenda: Sequence[Intent], minute: int) -> Iterator[Action]:
    """Every legal choice, none twice; none at all for those who are not in the village."""
    if not ground.where(name):
        return
    offered: dict[Action, None] = {}
    for action in _thinkable(ground, name, agenda):
        if action not in offered and not fault(ground, as_event(ground, name, action, minute)):
            offered[action] = None
            yield action


def _thinkable(ground: Ground, name: str, agenda: Sequence[Intent]) -> Iterator[Action]:
    here = ground.where(name)
    yield from (intent.action for intent in agenda)
    yield from (Action(kind="go", to=place) for place in ground.places)
    yield from (Action(kind="work", what=task) for task in words.works()[ground.people[name].work][1])
    mine = [t for t in ground.unmade if ground.owner(t) == name]
    yield from (Action(kind="make", thing=thing) for thing in mine[:1])
    lying = [t for t in ground.lying[here] if t not in ground.concealed]
    for thing in lying:
        yield Action(kind="take", thing=thing)
        if ground.owner(thing) != name:
            yield Action(kind="steal", target=ground.owner(thing), thing=thing)
    held = list(ground.carried[name])
    for thing in held:
        for kind in ("put", "hide", "mend"):
            yield Action(kind=kind, thing=thing)
    others = [n for n in ground.here[here] if n != name]
    missing = [t for t in ground.minds[name] if ground.owner(t) == name and ground.minds[name][t] in (name, here)]
    for thing in missing:
        yield Action(kind="miss", thing=thing)
    sought = [t for t, owner in ground.owner_by_thing.items()
              if owner == name and t not in ground.unmade and t not in ground.eaten and ground.holder(t) != name]
    for thing in sought:
        yield Action(kind="search", thing=thing)
    for other in others:
        yield from _with(ground, name, other, held, sought)
    yield from (Action(kind="mourn", target=dead) for dead in ground.dead)


def _with(ground: Ground, name: str, other: str, held: list[str], sought: list[str]) -> Iterator[Action]:
    for kind in FREE:
        action = Action(kind=kind, target=other)
        if kind not in ("thank", "comfort") or (other, name) in ground.favours or ground.moods[other]:
            yield action
    if other in ground.blunders:
        yield Action(kind="mock", target=other)
    tasks, games, skills = words.works()[ground.people[other].work][1], words.phrases("games"), words.phrases("skills")
    task = tasks[ground.count % len(tasks)]
    yield Action(kind="help", target=other, what=task)
    yield Action(kind="promise", target=other, what=f"{HELP} {task}")
    yield Action(kind="play", target=other, what=games[ground.count % len(games)])
    yield Action(kind="teach", target=other, what=skills[ground.count % len(skills)])
    for thing in held:
        for kind in ("give", "lend", "return", "share"):
            yield Action(kind=kind, target=other, thing=thing)
        for theirs in ground.carried[other]:
            yield Action(kind="trade", target=other, thing=thing, other=theirs)
    for thing in ground.carried[other]:
        yield Action(kind="steal", target=other, thing=thing)
    for thing in sought:
        yield Action(kind="ask", target=other, thing=thing)
        yield Action(kind="accuse", target=other, thing=thing, what="stolen")
    for thing in ground.carried[name]:
        if ground.owner(thing) == other:
            yield Action(kind="tell", target=other, thing=thing, claim=name)
            yield Action(kind="promise", target=other, thing=thing, what=f"{BRING} {thing}")
