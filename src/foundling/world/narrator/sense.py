"""What the slots of a frame mean: an event and those mentioned so far in, words out. One Sense serves one frame."""

from dataclasses import dataclass

from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.grammar import Grammar
from foundling.world.village.records import Event, History

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


class Unfilled(Exception):
    """The event has nothing to put into a slot: another frame must be drawn."""


def placed(history: History, place: str, form: str) -> str:
    """A place in words: "the mill", with form "at" "in the mill", with form "to" "to the mill"."""
    found = history.setting.place(place)
    return {"": f"the {place}", "at": f"{found.at} the {place}", "to": f"to the {place}"}[form]


def claimed(history: History, cast: Cast, claim: str) -> str:
    """Where something is said to be: "in the barn", or "with Ben"."""
    if any(place.name == claim for place in history.setting.places):
        return placed(history, claim, "at")
    return f"with {cast.named(claim)}"


@dataclass(frozen=True, kw_only=True)
class Sense:
    """The meaning of the slots for one event, as told by one teller. `days` is for links; `hero` for {A} where the
    event has no actor; `plain` names every place and thing in full, each time."""

    event: Event
    history: History
    cast: Cast
    mentions: Mentions
    grammar: Grammar
    dice: Dice
    used: set[str]
    weather: str = ""
    days: int = 0
    hero: str = ""
    plain: bool = True

    def words(self, section: str) -> str:
        """A frame of a section, in words. Raises Unfilled when a dozen draws all ask for what the event has not."""
        for _ in range(12):
            frame, before = self.grammar.draw(section, self.dice, self.used), self.mentions.mark()
            try:
                return self.grammar.expand(frame, self.fill, self.dice, self.used)
            except Unfilled:  # whom a frame named that is not used, nobody has heard of
                self.mentions.back_to(before)
        raise Unfilled(section)

    def fill(self, slot: str) -> str:
        """The words of a slot. Raises Unfilled for a slot that this event has nothing for."""
        head, _, form = slot.partition(".")
        if head in ("A", "T"):
            return self._person((self.event.actor or self.hero) if head == "A" else self.event.target, form)
        if head in ("X", "Y"):
            return self._thing(self.event.thing if head == "X" else self.event.other, form)
        if head in ("P", "Q"):
            return self._place(_need(self.event.place if head == "P" else self.event.to), form)
        if head in ("why", "that", "mine", "yours"):
            return self._clause(head)
        if head == "W" and self.event.to:
            self.mentions.place = self.event.to  # "come to the mill"
        return _need({
            "W": self.event.what, "N": self.event.text, "season": self.history.setting.season(self.event.minute),
            "village": self.history.setting.name, "weather": self.weather,
            "days": _NUMBERS[self.days] if 0 < self.days < len(_NUMBERS) else "",
            "C": self._claimed() if head == "C" else "",
        }.get(head, ""))

    def _claimed(self) -> str:
        """Where the claim says that something is: in a place, or with somebody, who may be whoever tells."""
        claim = _need(self.event.claim)
        if any(person.name == claim for person in self.history.setting.people):
            return f"with {self.mentions.object(claim)}"
        self.mentions.place = claim  # a "there" would now mean this
        return claimed(self.history, self.cast, claim)

    def _person(self, name: str, form: str) -> str:
        _need(name)
        said = self.mentions
        forms = {
            "": said.subject, "o": said.object, "p": said.possessive, "self": said.reflexive, "was": said.was,
            "n": self.cast.called, "d": self._described,
        }
        if form == "plural":
            return "yes" if said.plural(name) else ""
        return forms[form](name)

    def _described(self, name: str) -> str:
        if name in (self.cast.teller, self.cast.hearer):
            return self.mentions.subject(name)
        self.mentions.subject(name)
        return self.cast.described(name)

    def _place(self, place: str, form: str) -> str:
        """The place in words; "there", or nothing, where it has just been named."""
        again = self.mentions.place == place and form == "at" and not self.plain
        self.mentions.place = place
        if again and self.dice.chance(0.85):
            return self.dice.one(("there", "there", ""))
        return placed(self.history, place, form)

    def _thing(self, name: str, form: str) -> str:
        """The thing in words; its kind alone where it has been named and is the only one of its kind."""
        kind = self.history.setting.thing(_need(name)).kind
        known = name in self.mentions.things and not self.plain and form != "a"
        alike = [t for t in self.mentions.things if t != name and t.endswith(kind)]
        self.mentions.things.add(name)
        if form == "k" or (known and not alike and self.dice.chance(0.6)):
            return f"the {kind}"
        return f"a {name}" if form == "a" and not name.endswith("s") else f"the {name}"

    def _clause(self, head: str) -> str:
        """The event behind this one as a clause: {why} and {that} as a third would say it, {mine} by who did it,
        {yours} to who did it."""
        if self.event.kind == "accuse" and head in ("that", "yours"):  # what is said to be so, not what was
            thing, who = self._thing(_need(self.event.thing), ""), self.event.target
            return f"{self.mentions.subject(who)} had {self.event.what} {thing}" if head == "that" else (
                f"you have {self.event.what} {thing}")
        number = self.event.cause if head == "why" else self.event.about
        if head == "yours" and number < 0:
            number = self.event.cause
        if number < 0:
            raise Unfilled(head)
        other = self.history.events[number]
        cast, mentions, section = self.cast, self.mentions, f"why.{other.kind}"
        if head in ("mine", "yours"):
            teller, hearer = (self.event.actor, self.event.target)
            if other.actor != (teller if head == "mine" else hearer):
                raise Unfilled(head)
            cast = Cast(setting=self.cast.setting, teller=teller, hearer=hearer, masks=self.cast.masks)
            mentions, section = Mentions(cast), f"did.{other.kind}"
        if section not in self.grammar:
            raise Unfilled(section)
        sense = Sense(
            event=other, history=self.history, cast=cast, mentions=mentions, grammar=self.grammar, dice=self.dice,
            used=self.used,
        )
        return sense.words(section).rstrip(".")


def _need(words: str) -> str:
    if not words:
        raise Unfilled
    return words
