"""What befalls people without anybody's choosing: weather, damage, illness, mishaps, dreams, feasts, comings, goings.

The ground, the minute and chance go in; events to be come out, still without `seen` and `feelings`. Mishaps follow
from what people do, the rest from the calendar.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from foundling.world.chance import Dice
from foundling.world.village import weather, words
from foundling.world.village.ground import Ground
from foundling.world.village.records import DAY, Event

TICK = 10
ROUGH = {"storm": 1.0, "wind": 0.35, "snow": 0.2, "frost": 0.1, "rain": 0.05}  # how often weather does damage
SLIPPERY = ("frost", "snow", "storm", "rain", "fog")


class Fate:
    """All that is in nobody's hands."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        self.ends: dict[str, tuple[int, bool]] = {}  # when an illness ends, and whether with death
        self.sky = -1  # the id of the last weather event
        self.cares: dict[str, int] = {}  # the last event of nursing or comfort for each of the sick

    def feast(self, minute: int) -> tuple[str, str]:
        """Name and place of the feast of the day, or twice ""."""
        name = words.feasts().get((self.ground.setting.day + minute // DAY) % 360, "")
        kinds = ("inn", "market") if self.ground.season() == "winter" else ("meadow", "market", "inn")
        places = [p.name for p in self.ground.setting.places if p.kind in kinds]
        return (name, places[-1 if self.ground.season() == "summer" else 0]) if name and places else ("", "")

    def strike(self, minute: int, events: Sequence[Event]) -> Iterator[Event]:
        """What happens at this minute. Each event is to be applied before the next is asked for."""
        clock, day = minute % DAY, minute // DAY
        dice = Dice(self.seed, "fate", minute)
        if clock in (6 * 60, 14 * 60, 20 * 60):
            yield from self._sky(minute, dice)
        if clock == 17 * 60:
            name, place = self.feast(minute)
            if name:
                yield self._event(minute, "feast", place=place, what=name)
        if clock == 3 * 60:
            yield from self._dreams(minute, dice)
        yield from self._ends(minute)
        if clock % 60 == 0 and 7 * 60 <= clock <= 19 * 60:
            yield from self._ills(minute, dice)
        if clock == 10 * 60 + 10 * (day % 7):
            yield from self._moves(minute, events, dice)
        if clock == 21 * 60:
            for promise in tuple(self.ground.promised.values()):
                if self.ground.due(promise) <= minute + 180 and self.ground.where(promise.actor):
                    yield self._event(
                        minute, "forget", actor=promise.actor, target=promise.target, about=promise.id,
                        what=promise.what, thing=promise.thing, to=promise.to,
                        place=self.ground.where(promise.actor), cause=promise.id)

    def note(self, event: Event) -> None:
        """Keeps in mind how long an illness will last and who looked after whom."""
        if event.kind in ("ill", "hurt"):
            dice = Dice(self.seed, "end", event.id)
            age = self.ground.people[event.actor].age
            days = dice.randint(1, 6) if event.kind == "ill" else dice.randint(1, 3)
            risk = 0.5 if age >= 75 else 0.2 if age >= 60 else 0.02
            dies = dice.chance(risk) and (event.what, "grave") in words.rows("illnesses")
            self.ends[event.actor] = (event.minute + days * DAY + TICK * dice.randint(-36, 36), dies)
            self.cares[event.actor] = event.id
        elif event.kind in ("nurse", "comfort") and event.target in self.ends:
            self.cares[event.target] = event.id
        elif event.kind == "weather":
            self.sky = event.id

    def mishap(self, event: Event) -> Iterator[Event]:
        """What goes wrong because of what somebody did: a fall, a break, a loss, a contagion."""
        who, kind = event.actor, event.kind
        if kind not in MISHAPS or not who or not self.ground.alive(who) or not self.ground.where(who):
            return
        dice = Dice(self.seed, "mishap", event.id)
        falls, breaks, loses = MISHAPS[kind]
        ground, minute, place = self.ground, event.minute, self.ground.where(who)
        cause = event.id
        if kind == "go":
            falls *= 4 if ground.weather in SLIPPERY[:3] else 1
            cause = self.sky if ground.weather in SLIPPERY[:3] else -1
        draw = dice.random()
        if draw < falls and who not in ground.sick:
            yield self._event(
                minute, "hurt", actor=who, place=place, what=dice.one(words.phrases("hurts")), cause=cause)
        elif draw < falls + breaks:
            held = list(ground.carried[who]) + [t for t in ground.lying[place] if t not in ground.concealed][:6]
            held = [t for t in held if ground.things[t].fragile and t not in ground.broken_things]
            if held:
                yield self._event(
                    minute, "break", actor=who, thing=dice.one(held), place=place, cause=cause if kind != "go" else -1,
                    what=dice.one(words.phrases("breakings")))
        elif draw < falls + breaks + loses:
            small = [t for t in ground.carried[who] if "small" in words.thing_kinds()[ground.things[t].kind]]
            if small:
                yield self._event(
                    minute, "lose", actor=who, thing=dice.one(small), place=place, cause=cause if kind != "go" else -1)
        elif kind == "nurse" and dice.chance(0.06) and who not in ground.sick:
            sickness = ground.sick.get(event.target)
            if sickness and sickness.kind == "ill":
                yield self._event(minute, "ill", actor=who, place=place, what=sickness.what, cause=cause)

    def _event(self, minute: int, kind: str, **fields: Any) -> Event:
        return Event(id=self.ground.count, minute=minute, kind=kind, **fields)

    def _sky(self, minute: int, dice: Dice) -> Iterator[Event]:
        ground = self.ground
        what = weather.turn(ground.weather, ground.setting.season(minute), dice)
        if self.sky < 0:
            what = weather.first(ground.setting.season(minute), dice)
        if what == ground.weather:
            return
        event = self._event(minute, "weather", what=what)
        yield event
        while dice.chance(ROUGH.get(what, 0) * 0.75):
            place = dice.one(ground.setting.places)
            part = dice.one(words.section("damages", "indoors" if place.indoors else "outdoors"))
            yield self._event(minute, "damage", place=place.name, what=part, cause=event.id)

    def _dreams(self, minute: int, dice: Dice) -> Iterator[Event]:
        for name, place in tuple(self.ground.spots.items()):
            if place and dice.chance(0.05):
                woken = [event for _, event in self.ground.felt(name)]
                cause = woken[0] if woken and dice.chance(0.6) else -1
                yield self._event(
                    minute, "dream", actor=name, place=place, what=dice.one(words.phrases("dreams")), cause=cause)

    def _ends(self, minute: int) -> Iterator[Event]:
        for name, (end, dies) in tuple(self.ends.items()):
            if minute < end or not 6 * 60 <= minute % DAY < 21 * 60:
                continue
            del self.ends[name]
            sickness = self.ground.sick.get(name)
            if sickness is None or not self.ground.where(name):
                continue
            cause = self.cares.pop(name, sickness.id)
            if dies:
                yield self._event(
                    minute, "die", actor=name, what=sickness.what, place=self.ground.where(name), about=sickness.id,
                    cause=cause)
            else:
                yield self._event(
                    minute, "recover", actor=name, place=self.ground.where(name), about=sickness.id, cause=cause)

    def _ills(self, minute: int, dice: Dice) -> Iterator[Event]:
        for name, place in tuple(self.ground.spots.items()):
            age = self.ground.people[name].age
            risk = 0.001 + 0.0025 * (age >= 68) + 0.0005 * (age < 9)
            if place and name not in self.ground.sick and dice.chance(risk):
                cause = self.sky if self.ground.weather in SLIPPERY and dice.chance(0.5) else -1
                yield self._event(
                    minute, "ill", actor=name, place=place, what=dice.one(words.phrases("illnesses")), cause=cause)

    def _moves(self, minute: int, events: Sequence[Event], dice: Dice) -> Iterator[Event]:
        ground = self.ground
        here = [name for name, place in ground.spots.items() if place]
        for name, place in tuple(ground.spots.items()):
            person = ground.people[name]
            if not place and name not in ground.dead:
                if dice.chance(0.12):
                    yield self._event(minute, "arrive", actor=name, place=person.home)
            elif place and person.age >= 20 and name not in ground.sick and len(here) > 10:
                bonds = any(p.home == person.home and p.name != name for p in ground.setting.people)
                foes = [w.event.id for w in ground.wrongs.values() if w.victim == name and w.stands == "open"][-1:]
                if not bonds and dice.chance(0.02 if foes else 0.006):
                    words_said = dice.one(words.section("sayings", "farewell"))
                    farewell = self._event(
                        minute, "say", actor=name, place=place, text=words_said, cause=foes[0] if foes else -1)
                    yield farewell
                    yield self._event(minute, "leave", actor=name, place=place, cause=farewell.id)
                    here.remove(name)


MISHAPS: dict[str, tuple[float, float, float]] = {  # kind: chance of a fall, of breaking, of losing something
    "go": (0.0008, 0.001, 0.009), "work": (0.012, 0.05, 0.012), "play": (0.02, 0.1, 0.05), "help": (0.02, 0.06, 0.03),
    "quarrel": (0.0, 0.05, 0.01), "put": (0.0, 0.06, 0.0), "nurse": (0.0, 0.01, 0.0),
    "search": (0.02, 0.02, 0.01), "steal": (0.01, 0.04, 0.05), "hide": (0.02, 0.03, 0.0), "take": (0.0, 0.02, 0.0),
    "mend": (0.04, 0.0, 0.0), "teach": (0.01, 0.02, 0.0),
}
