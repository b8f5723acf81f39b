"""A plot in, a scene out: what was said when it happened, as turns among all who were there, silence included.

Only words said aloud; what is done shows in what is said of it.
"""

from dataclasses import replace

from foundling.records import Turn
from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.plot import Plot
from foundling.world.narrator.sense import Sense
from foundling.world.narrator.tell import narrators, utter
from foundling.world.village.records import Event

_MOST_EVENTS = 6  # of a scene: those of one gathering
_MUTTERED = ("hide", "steal", "lose", "forget", "miss")  # what goes with them is said to oneself


def scene(plot: Plot, seed: int) -> tuple[Turn, ...]:
    """A conversation of the people who were present at the talkative events of a plot; empty where nobody spoke."""
    dice, turns = Dice(seed, "scene"), list[Turn]()
    aloud = [e for e in plot.events if e.actor and e.kind not in _MUTTERED and f"say.{e.kind}" in narrators()]
    spoken = aloud[:_MOST_EVENTS]
    present = list(dict.fromkeys([n for e in spoken for n in (e.actor, e.target) if n]))
    present += [n for e in spoken for n in e.seen if n not in present][:max(0, 5 - len(present))]
    if len(spoken) < 2 or len(present) < 2:
        return ()
    used = set[str]()
    if dice.chance(0.5):
        turns += _chatter(plot, dice, used, dice.mixed(present)[:2])
    for event in spoken:
        turns += _exchange(plot, event, dice, used)
        idle = [n for n in event.seen if n in present and n not in (event.actor, event.target)]
        if idle and dice.chance(0.4):
            turns += _chatter(plot, dice, used, dice.mixed(idle)[:2])
        if dice.chance(0.15):
            turns.append(Turn(name=None))
    if dice.chance(0.25):
        turns.append(Turn(name=None))
    return tuple(turns)


def _sense(plot: Plot, event: Event, dice: Dice, used: set[str]) -> Sense:
    """Slots as the actor of the event would fill them when speaking to the target."""
    cast = Cast(setting=plot.history.setting, teller=event.actor, hearer=event.target)
    return Sense(
        event=event, history=plot.history, cast=cast, mentions=Mentions(cast), grammar=narrators(), dice=dice, used=used
    )


def _exchange(plot: Plot, event: Event, dice: Dice, used: set[str]) -> list[Turn]:
    """The actor's words, and mostly the target's answer."""
    sense = _sense(plot, event, dice, used)
    turns = [Turn(name=event.actor, text=said)] if (said := utter(sense, f"say.{event.kind}")) else []
    if turns and event.target and dice.chance(0.85) and (answer := utter(sense, f"reply.{event.kind}")):
        turns.append(Turn(name=event.target, text=answer))
    return turns


def _chatter(plot: Plot, dice: Dice, used: set[str], people: list[str]) -> list[Turn]:
    """Small talk of one or two who are there too; the first may be called by name."""
    moment = replace(plot.events[0], actor=people[0], target=people[-1] if len(people) > 1 else "")
    sense = _sense(plot, moment, dice, used)
    turns = [Turn(name=people[0], text=said)] if (said := utter(sense, "say.small")) else []
    if turns and len(people) > 1 and (answer := utter(sense, "reply.small")):
        if dice.chance(0.4):
            turns[0] = Turn(name=people[0], text=f"{people[1]}, {_after_name(turns[0].text)}")
        turns.append(Turn(name=people[1], text=answer))
    return turns


def _after_name(text: str) -> str:
    """Words that follow a name and a comma: no capital, but for I."""
    first = text.split(" ", 1)[0].split("'", 1)[0]
    return text if first == "I" else text[0].lower() + text[1:]
