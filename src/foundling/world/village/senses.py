"""Who perceives what happens: an event and who is awake in, the names for its `seen` out, actor and target first.

Those at the same place perceive it, with these exceptions. Hiding, stealing and breaking pass unseen unless somebody
is watching; talk in confidence is overheard by some; nobody perceives a loss; a dream is one's own; weather is for all.
"""

from collections.abc import Callable

from foundling.world.chance import Dice
from foundling.world.village.ground import Ground
from foundling.world.village.records import Event

SHARE = {  # how likely a bystander is to perceive a deed of the kind; 1 where it is not said
    "hide": 0.15, "steal": 0.15, "break": 0.7, "take": 0.6, "put": 0.8, "tell": 0.4, "lie": 0.4, "confess": 0.2,
    "promise": 0.6, "ask": 0.6, "miss": 0.5, "search": 0.8, "apologise": 0.5, "lose": 0.0, "dream": 0.0, "wait": 0.5,
    "keep": 0.6, "forget": 0.0, "find": 0.7, "meet": 0.7, "work": 0.7, "go": 0.5,
}


def perceive(ground: Ground, event: Event, awake: Callable[[str], bool], dice: Dice) -> tuple[str, ...]:
    """Everybody who perceives the event, before it has changed anything."""
    kind = event.kind
    if kind == "lose":
        return ()
    if kind == "weather":
        return tuple(name for name, place in ground.spots.items() if place and awake(name))
    seen: dict[str, None] = {event.actor: None} if event.actor else {}
    away = kind == "keep" and ground.where(event.target) != event.place  # as when a thing is looked for elsewhere
    if event.target and kind not in ("steal", "wait", "mourn") and not away:
        seen[event.target] = None
    share = SHARE.get(kind, 1.0)
    if kind in ("hide", "steal"):
        share /= 1 + len(ground.here[event.place]) / 6  # the bigger the crowd, the less anybody looks
    if event.place and share:
        for name in ground.here[event.place]:
            if name not in seen and awake(name) and (share == 1 or dice.chance(share)):
                seen[name] = None
    if kind == "go":
        for name in ground.here[event.to]:
            if name not in seen and awake(name) and dice.chance(share):
                seen[name] = None
    return tuple(seen)
