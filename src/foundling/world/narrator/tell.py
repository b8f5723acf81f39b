"""A plot and a voice in, a telling out: prose, and for each event where in the prose it is told.

Whatever the teller adds (weather, light, gestures) is drawn from what was so at that time or changes nothing.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from foundling.world.chance import Dice
from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.narrator.grammar import Grammar, read_sections, sentence, tidy
from foundling.world.narrator.plot import Plot
from foundling.world.narrator.sense import Sense, Unfilled
from foundling.world.village.records import DAY, Event

VOICES = ("teller", "letter", "diary", "fable", "child", "dream", "report", "plain")
_FIRST_PERSON = ("letter", "diary", "dream")
_QUIET = ("report", "dream")  # voices that quote nobody
_PRESENT = ("dream",)  # in the present tense: what all voices share, in the past, would not fit
_BARE = ("plain",)  # says what was done, one clause an event, and nothing else
_GRAVE = ("die", "mourn")  # after which nobody thinks of something else


@dataclass(frozen=True, kw_only=True)
class Told:
    """That event `event` is told by the characters from `start` to `end` of a telling."""

    event: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A plot in words: the text, the voice, who is who in it, and where each event stands."""

    plot: Plot
    voice: str
    cast: Cast
    text: str
    told: tuple[Told, ...]


@lru_cache(maxsize=1)
def narrators() -> Grammar:
    """The grammar of all voices and lists that came with the package."""
    here = Path(__file__).parent
    return Grammar(read_sections([*sorted(here.glob("lexicon/*.txt")), *sorted(here.glob("voices/*.txt"))]))


def tell(plot: Plot, voice: str, seed: int, *, brief: bool = False) -> Telling:
    """The plot in one of VOICES, `brief` without anything but its events. Raises KeyError for no such voice."""
    dice = Dice(seed, "tell", voice)
    cast = make_cast(plot, voice, dice)
    writer = _Writer(plot, voice, cast, dice, brief)
    writer.write()
    return Telling(plot=plot, voice=voice, cast=cast, text=writer.text, told=tuple(writer.told))


def make_cast(plot: Plot, voice: str, dice: Dice) -> Cast:
    """Who tells: the hero in letters, diaries and dreams, or now and then another of the plot; animals in fables."""
    if voice not in VOICES:
        raise KeyError(voice)
    masks: dict[str, str] = {}
    if voice == "fable":
        beasts = dice.mixed(narrators().sections["animal"])
        masks = {name: f"the {beasts[i % len(beasts)]}" for i, name in enumerate(plot.people)}
    dead = {event.actor for event in plot.events if event.kind == "die"}
    living = [name for name in (plot.hero, plot.hero, *plot.people[:2]) if name not in dead]
    teller = dice.one(living) if voice in _FIRST_PERSON and living else ""
    return Cast(setting=plot.history.setting, teller=teller, masks=masks)


class _Writer:
    """A telling in the making. Its dials (shares) are drawn once, so that one telling is terse and another full of
    detail."""

    def __init__(self, plot: Plot, voice: str, cast: Cast, dice: Dice, brief: bool) -> None:
        self.plot, self.voice, self.cast, self.dice = plot, voice, cast, dice
        self.grammar, self.used = narrators(), set[str]()
        self.mentions = Mentions(cast)
        self.text, self.told = "", list[Told]()
        brief = brief or voice in _BARE
        self.framed = 0.0 if brief else 0.85
        self.detail = 0.0 if brief else dice.one((0.15, 0.35, 0.6))
        self.feeling = 0.0 if brief or voice in _PRESENT else dice.one((0.2, 0.45, 0.7))
        self.quoting = 0.0 if brief or voice in _QUIET else dice.one((0.0, 0.35, 0.7, 0.9))

    def write(self) -> None:
        """Opening, every event with what goes with it, closing."""
        first, before = self.plot.events[0], None
        if self.dice.chance(self.framed):
            self.add(first, f"{self.voice}.opening")
        for event in self.plot.events:
            self._event(event, before)
            before = event
        if self.dice.chance(self.framed):
            self.add(self.plot.events[-1], f"{self.voice}.closing.{self.plot.ending}")
        self.text = self.text.strip()

    def sense(self, event: Event, days: int = 0) -> Sense:
        """The meaning of slots for an event, with the plot's hero for who does it where nobody does."""
        return Sense(
            event=event, history=self.plot.history, cast=self.cast, mentions=self.mentions, grammar=self.grammar,
            dice=self.dice, used=self.used, weather=self.plot.skies.at(event.minute), days=days,
            hero=self.plot.hero, plain=self.voice in _BARE,
        )

    def add(self, event: Event, section: str, lead: str = "") -> bool:
        """A sentence of a section at the end of the text; False where there is no such section or nothing fits."""
        if section not in self.grammar:
            return False
        if section.rsplit(".", 1)[0].endswith(("opening", "closing")) or section.endswith("opening"):
            event = _as_hero(event, self.plot, self.cast.teller or self.plot.hero)
        try:
            words = self.sense(event).words(section)
        except Unfilled:
            return False
        whole = sentence(_joined(lead, words))
        self.append(whole if whole.endswith((".", "!", "?", '"')) else f"{whole}.")
        return True

    def append(self, words: str) -> None:
        """Finished words at the end of the text."""
        gap = "" if not self.text or self.text.endswith("\n") else " "
        self.text += gap + words
        self.mentions.next_sentence()

    def paragraph(self) -> None:
        """A new paragraph, in which everybody is named anew."""
        if self.text and not self.text.endswith("\n"):
            self.text += "\n\n"
            self.mentions.forget()

    def _event(self, event: Event, before: Event | None) -> None:
        link = self._link(event, before)
        section = f"{self.voice}.{event.kind}" + (f".{event.what}" if event.kind == "weather" else "")
        if self.voice in _BARE:
            section = f"did.{event.kind}"
        if not link and self.dice.chance(self.detail):
            self._texture(event)
        start = len(self.text)
        if not self.add(event, section, link):
            return
        if self.dice.chance(self.quoting):
            self._quote(event)
        while self.text[start:start + 1].isspace():
            start += 1
        self.told.append(Told(event=event.id, start=start, end=len(self.text)))
        if self.dice.chance(self.feeling):
            self._show(event)
        if event.kind not in _GRAVE and self.dice.chance(self.detail / 2):
            self.add(event, f"{self.voice}.pause")

    def _link(self, event: Event, before: Event | None) -> str:
        """Words for the time that has passed since the event told before, a new paragraph for a new day."""
        if before is None:
            return ""
        days = event.minute // DAY - before.minute // DAY
        hours, evening = (event.minute - before.minute) / 60, event.minute % DAY >= 18 * 60 > before.minute % DAY
        name, share = ("days", 0.95) if days > 1 else ("nextday", 0.9) if days else ("soon", 0.35)
        if days > 6:
            name = "weeks" if days > 13 else "later"
        elif not days and hours >= 1:
            name, share = ("evening" if evening else "later"), 0.7
        if days and len(self.text) > 200 and self.framed:
            self.paragraph()
        if (name == "later" and days) or not self.dice.chance(share):
            return ""
        section = f"link.{name}"
        return self.sense(event, days).words(section) if section in self.grammar else ""

    def _texture(self, event: Event) -> None:
        """A sentence of weather, place, time of day, or the voice's own."""
        sky, hour = self.plot.skies.at(event.minute), event.minute % DAY // 60
        time = "night" if hour < 5 or hour > 21 else "morning" if hour < 11 else "noon" if hour < 14 else "afternoon"
        sections = [f"now.{'evening' if 17 <= hour <= 21 else time}", f"{self.voice}.pause"]
        if self.voice in _PRESENT:
            sections = sections[1:]
        elif sky:
            sections += [f"sky.{sky}"]
        if event.place and self.voice not in _PRESENT:
            sections += [f"place.{self.plot.history.setting.place(event.place).kind}"] * 2
        self.add(event, self.dice.one(sections))

    def _show(self, event: Event) -> None:
        """What one of those concerned felt, shown."""
        felt = [f for f in event.feelings if f.who in self.plot.people]
        if felt:
            feeling = self.dice.one(felt)
            toward = f"show.{feeling.emotion}.to"
            section = toward if feeling.toward and self.dice.chance(0.3) and toward in self.grammar else ""
            moment = Event(
                id=event.id, minute=event.minute, kind="say", actor=feeling.who, target=feeling.toward,
                place=event.place,
            )
            self.add(moment, section or f"show.{feeling.emotion}")

    def _quote(self, event: Event) -> None:
        """What was said when it happened: the actor's words, maybe an answer."""
        said = self._utterance(event, f"say.{event.kind}")
        if not said:
            return
        if self.dice.chance(0.3):
            self.paragraph()
        self._speak(event.actor, said)
        if event.target and self.dice.chance(0.6):
            reply = self._utterance(event, f"reply.{event.kind}")
            if reply:
                if self.dice.chance(0.5):
                    self.paragraph()
                self._speak(event.target, reply)

    def _utterance(self, event: Event, section: str) -> str:
        return utter(self.sense(event), section)

    def _speak(self, name: str, words: str) -> None:
        """Quoted words, most with who says them."""
        if not self.dice.chance(0.75):
            self.append(f'"{words}"')
            return
        moment = Event(id=0, minute=self.plot.events[0].minute, kind="say", actor=name)
        tag = self.sense(moment).words("tag.ask" if words.endswith("?") and self.dice.chance(0.6) else "tag")
        if words.endswith(".") and not words.endswith("..."):
            words = words[:-1] + ","
        self.append(f'"{words}" {tidy(tag).rstrip(".")}.')


def utter(sense: Sense, section: str) -> str:
    """Words said aloud from a section of utterances; "" where there is none that fits. Whoever speaks is its "I"."""
    if section not in sense.grammar:
        return ""
    speaker, hearer = sense.event.actor, sense.event.target
    if section.startswith("reply."):
        speaker, hearer = hearer, speaker
    cast = replace(sense.cast, teller=speaker, hearer=hearer)
    sense = replace(sense, cast=cast, mentions=Mentions(cast))
    try:
        words = sentence(sense.words(section))
    except Unfilled:
        return ""
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _as_hero(event: Event, plot: Plot, hero: str) -> Event:
    """The event's time and place with the hero, or whoever tells, in it, for what is said before and after."""
    other = next((n for n in plot.people if n != hero), "")
    return Event(id=event.id, minute=event.minute, kind="say", actor=hero, target=other, place=event.place)


def _joined(lead: str, words: str) -> str:
    """A link and a sentence as one; a capital that only began the sentence goes."""
    first = words.split(" ", 1)[0].strip(",;:")
    running = not lead.endswith((",", ":", ";"))  # as "it was an hour before": a plain clause must follow
    if not lead or (running and (first.lower() in _UNFIT or words.startswith('"') or "?" in words.split(".", 1)[0])):
        return words
    if first.istitle() and first in _OPENERS:
        words = words[0].lower() + words[1:]
    return f"{lead} {words}"


_UNFIT = frozenset((
    "and", "but", "so", "because", "since", "when", "while", "if", "as", "who", "what", "where", "why", "how", "that",
    "now", "then", "once", "until", "before", "after", "for", "okay", "well", "oh",
))
_OPENERS = frozenset((
    "The", "A", "An", "It", "In", "At", "On", "By", "With", "Without", "Before", "After", "When", "While", "Then",
    "There", "Nobody", "Somebody", "Everybody", "Not", "Nothing", "So", "And", "But", "For", "From", "Quietly",
    "Slowly", "Out", "Up", "Down", "Over", "Under", "As", "Because", "Since", "If", "Once", "That", "This", "Those",
    "These", "All", "Each", "Every", "Some", "One", "Two", "Three", "What", "Where", "Who", "How", "Having",
    "Being", "Only", "Even", "Just", "Still", "Soon", "Again", "Later", "Now", "Here", "To", "Of",
))
