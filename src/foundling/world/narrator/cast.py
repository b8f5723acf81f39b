"""Who and what is spoken of: people of a plot in, the words for them out, clear enough that nobody is mistaken.

It knows who was named last and says "she" only where that can be nobody else. It draws no frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from foundling.world.village.records import Person, Setting

_FORMS = {
    "she": ("she", "her", "her", "herself"),
    "he": ("he", "him", "his", "himself"),
    "I": ("I", "me", "my", "myself"),
    "you": ("you", "you", "your", "yourself"),
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people of a telling: who tells (an "I"; "" for an outsider), whom it is told to (a "you"), and other names
    for them, as in a fable, where Ada is "the hare"."""

    setting: Setting
    teller: str = ""
    hearer: str = ""
    masks: Mapping[str, str] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """The villager of a name."""
        return self.setting.person(name)

    def named(self, name: str) -> str:
        """The name that the telling gives somebody: their own, or their mask."""
        return self.masks.get(name, name)

    def called(self, name: str) -> str:
        """What people call them to their face: a mask without its article."""
        mask = self.masks.get(name, name)
        return mask.removeprefix("the ").title() if mask != name else name

    def described(self, name: str) -> str:
        """"the miller" where the village has one only, "old Ada", "young Ben", or the name."""
        person = self.person(name)
        if name in self.masks:
            return self.masks[name]
        if person.age >= 65:
            return f"old {name}"
        if person.age < 13:
            return f"little {name}" if person.age < 8 else f"young {name}"
        same = [p for p in self.setting.people if p.work == person.work]
        return f"{name} the {person.work}" if person.work and len(same) == 1 else name


class Mentions:
    """Who has been mentioned, sentence by sentence; it chooses between name and pronoun."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._before: list[str] = []
        self._now: list[str] = []
        self.place = ""  # the last place and the things named since the paragraph began
        self.things: set[str] = set()

    def next_sentence(self) -> None:
        """The sentence is over: what was mentioned in it is what a pronoun may mean in the next."""
        if self._now:
            self._before, self._now = self._now, []

    def mark(self) -> tuple[int, str, frozenset[str]]:
        """Where the mentions stand now, for `back_to`."""
        return len(self._now), self.place, frozenset(self.things)

    def back_to(self, mark: tuple[int, str, frozenset[str]]) -> None:
        """Unsay what was mentioned in this sentence since a mark."""
        del self._now[mark[0]:]
        self.place, self.things = mark[1], set(mark[2])

    def forget(self) -> None:
        """A new paragraph: everybody is named anew."""
        self._before, self._now = [], []
        self.place = ""
        self.things.clear()

    def _voice(self, name: str) -> str:
        """I, you, or the person's own pronoun."""
        if name == self.cast.teller:
            return "I"
        return "you" if name == self.cast.hearer else self.cast.person(name).they

    def _clear(self, name: str) -> bool:
        """True where the pronoun can mean nobody else: the only one of that pronoun lately, and mentioned."""
        they = self.cast.person(name).they
        recent = [*self._before, *self._now]
        others = any(n != name and n not in self._told and self.cast.person(n).they == they for n in recent)
        # The first one of the sentence before carries on as its subject.
        first = [n for n in self._before if n not in self._told][:1]
        return not others and name in (*self._now, *first)

    @property
    def _told(self) -> tuple[str, str]:
        return (self.cast.teller, self.cast.hearer)

    def _form(self, name: str, index: int) -> str:
        voice = self._voice(name)
        known = voice in ("I", "you") or self._clear(name)
        self._now.append(name)
        if known:
            return _FORMS[voice][index]
        return self.cast.named(name)

    def subject(self, name: str) -> str:
        """Ada, she, I or you."""
        return self._form(name, 0)

    def object(self, name: str) -> str:
        """Ada, her, me or you."""
        return self._form(name, 1)

    def possessive(self, name: str) -> str:
        """Ada's, her, my or your; her for the subject of the same sentence too, where no other woman stands in it."""
        they, others = self.cast.person(name).they, [n for n in self._now if n != name]
        own = name in self._now and not any(self.cast.person(n).they == they for n in others)
        if own and name not in self._told:
            return _FORMS[they][2]
        words = self._form(name, 2)
        return f"{words}'s" if words == self.cast.named(name) else words

    def reflexive(self, name: str) -> str:
        """herself, himself, myself or yourself."""
        return _FORMS[self._voice(name)][3]

    def plural(self, name: str) -> bool:
        """True where a verb in the present takes no -s: after I and you."""
        return self._voice(name) in ("I", "you")

    def was(self, name: str) -> str:
        """was or were."""
        return "were" if self._voice(name) == "you" else "was"
