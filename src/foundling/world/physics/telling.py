"""A kind, its setup and what came of it in; sentences, questions and minimal pairs out. It decides no physics.

Sections of the word files for a kind `k`: told1, told2, told3 (the description; told3 says what decides: looks), end
(with {outcome}), out.KEY (what the outcome is), opt.KEY (how it stands as an option), after (an aside once all is
over), ask, if.CHANGE (a clause). Further asks have k.NAME.ask and so on. Keys of counts are numbers: their sections end
in `n` and use {n}.
"""

import re
from collections.abc import Mapping, Sequence

from foundling.world.chance import Dice
from foundling.world.narrator.grammar import sentence
from foundling.world.physics.looks import LOOKS
from foundling.world.physics.records import Ask, Kind, MinimalPair, Question, Run, Setup
from foundling.world.physics.words import grammar, number, plural

OPENERS = 0.35


class Teller:
    """One telling of one scene: frames are drawn with its dice, and none twice while there are others."""

    def __init__(self, kind: Kind, setup: Setup, run: Run, dice: Dice) -> None:
        self.kind, self.setup, self.run, self.dice = kind, setup, run, dice
        self.grammar, self.looks = grammar(), LOOKS.get(kind.name, {})
        self.used: set[str] = set()

    def _fill(self, name: str, setup: Setup, extra: Mapping[str, str]) -> str:
        if name in extra:
            return extra[name]
        head, _, form = name.partition(".")
        if head in setup.things:
            thing = setup.things[head]
            forms = {
                "": f"the {thing.full}", "a": f"a {thing.full}", "k": f"the {thing.name}", "n": thing.name,
                "s": plural(thing.name), "c": f"{thing.colour} {plural(thing.name)}".strip(), "b": thing.full,
            }
            return forms[form]
        if form == "plural" and head in self.looks:
            return "yes" if self.looks[head](setup) else ""
        if form == "plural":
            return "" if extra.get(head) == "one" else "many"
        if name in self.run.measured:
            return self.run.measured[name]
        return setup.words[name]

    def frame(
        self, frame: str, setup: Setup | None = None, dice: Dice | None = None, extra: Mapping[str, str] | None = None,
    ) -> str:
        """A frame as words, not yet a sentence; extra: slots of this frame alone."""
        def fill(slot: str) -> str:
            return self._fill(slot, setup or self.setup, extra or {})
        return self.grammar.expand(frame, fill, dice or self.dice, self.used)

    def draw(self, section: str, setup: Setup | None = None, extra: Mapping[str, str] | None = None) -> str:
        """Words from a section."""
        return self.frame(self.grammar.draw(section, self.dice, self.used), setup, extra=extra)

    def name(self, ask: Ask) -> str:
        """The head of an ask's sections."""
        return self.kind.name if ask is self.kind.asks[0] else f"{self.kind.name}.{ask.name}"

    def told(self) -> tuple[str, ...]:
        """The description."""
        parts = [tidy(self.draw("opener"))] if self.dice.chance(OPENERS) else []
        part = 1
        while f"{self.kind.name}.told{part}" in self.grammar:
            parts.append(tidy(self.draw(f"{self.kind.name}.told{part}")))
            part += 1
        return tuple(parts)

    def out(self, ask: Ask, key: str, seed: int) -> str:
        """The words of an outcome; alike seeds draw alike lines for different outcomes."""
        dice = Dice(seed, "out")
        section = f"{self.name(ask)}.out.{'n' if key.isdigit() else key}"
        extra = {"n": number(int(key))} if key.isdigit() else {}
        frames = self.grammar.sections[section]
        return self.frame(dice.one(frames), dice=dice, extra=extra)

    def happened(self) -> tuple[str, ...]:
        """What came of it, in order."""
        ask = self.kind.asks[0]
        key = self.run.truth[ask.name]
        out = self.out(ask, key, self.dice.getrandbits(32))
        parts = [tidy(self.draw(f"{self.kind.name}.end", extra={"outcome": out}))]
        for section in (f"{self.kind.name}.after.{key}", f"{self.kind.name}.after"):
            if section in self.grammar and self.dice.chance(0.7):
                parts.append(tidy(self.draw(section)))
        return tuple(parts)

    def option(self, ask: Ask, key: str, seed: int) -> str:
        """An outcome as an option of a question."""
        section = f"{self.name(ask)}.opt.{key}"
        if section in self.grammar:
            return tidy(self.frame(self.grammar.sections[section][0]))
        if key.isdigit():
            return tidy(number(int(key)))
        if key.upper() in self.setup.things:
            return tidy(self.frame("{" + key.upper() + "}"))
        return tidy(f"It {self.out(ask, key, seed)}")

    def question(self, ask: Ask, keys: Sequence[str]) -> Question:
        """The question of an ask; keys: what may be chosen, in any order."""
        true = self.run.truth[ask.name]
        return self._question(ask.family, tidy(self.draw(f"{self.name(ask)}.ask")), ask, keys, true)

    def what_if(self, change: str, setup: Setup, keys: Sequence[str], true: str) -> Question:
        """The main ask for a setup that might have been."""
        clause = self.draw(f"{self.kind.name}.if.{change}", setup)
        ask = tidy(f"{clause}{self.draw('if.then')}")
        return self._question("what_if", ask, self.kind.asks[0], keys, true)

    def _question(self, family: str, words: str, ask: Ask, keys: Sequence[str], true: str) -> Question:
        order, seed = self.dice.mixed(keys), self.dice.getrandbits(32)
        return Question(
            family=family, ask=words, options=tuple(self.option(ask, key, seed) for key in order),
            answer=order.index(true),
        )

    def pair(self, told: Sequence[str], wrong: str) -> MinimalPair:
        """The telling up to the outcome, and two ends of it."""
        ask = self.kind.asks[0]
        frame = self.grammar.draw(f"{self.kind.name}.end", self.dice, self.used)
        seed, mark = self.dice.getrandbits(32), "\N{WHITE SQUARE}"
        words = self.frame(frame, extra={"outcome": mark})
        whole = words if frame.startswith("{outcome}") else tidy(words)
        before, after = whole.split(mark)
        ends = [f"{self.out(ask, key, seed)}{after}" for key in (self.run.truth[ask.name], wrong)]
        if not before.strip():
            ends = [tidy(end) for end in ends]
        right, false = (f" {sentence_rest(end)}" for end in ends)
        return MinimalPair(context=" ".join([*told, before.strip()]).strip(), right=right, wrong=false)


def tidy(words: str) -> str:
    """Words as sentences: a capital after every full stop, none after a figure."""
    text = sentence(words)
    if words.lstrip()[:1].isdigit():
        place = next(i for i, letter in enumerate(text) if letter.isalpha())
        text = text[:place] + text[place].lower() + text[place + 1:]
    return re.sub(r"(?<=[.?!] )[a-z]", lambda found: found[0].upper(), text)


def sentence_rest(words: str) -> str:
    """The rest of a sentence: tidied as a sentence, but without a capital of its own."""
    text = tidy(words)
    return words[:1] + text[1:] if words[:1].islower() else text
