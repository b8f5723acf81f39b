"""Whatever a voice says is clean English: hundreds of tellings, read by rules; offenders come with their frames."""

import re
from dataclasses import dataclass

import pytest
from small_villages import plotted

from foundling.world.narrator.grammar import Grammar
from foundling.world.narrator.tell import Telling, narrators, tell

TOLD = ("teller", "letter", "diary", "fable", "child", "dream", "report")
MANY = 400
_SUBJECT = r"(?:I|he|she|they|we)"
FAULTS = {
    "template syntax": r"[{}<>|\[\]()]",
    "spaces": r"  | \n|\n |\n\n\n|^\s|\s$|\s[,.;:!?]",
    "a subject after a preposition": (
        rf"(?<!begin )(?<!By and )\b(?:to|with|at|from|by|towards?|beside|upon|against|near) {_SUBJECT}\b"
        r"(?! (?:and|who|which|had|was|did|is|would|could|said)\b)"
    ),
    "a subject after a verb": (
        rf"\b(?:gave|gives|told|tells|thanked|helped|lent|handed|showed|brought|taught|forgave) {_SUBJECT}"
        r"(?=[.;!?]| (?:the|a|an|to|back|with)\b)"
    ),
    "an object before a verb": r"(?:^|[.!?] |\n)(?:Him|Them|Us) |(?:^|[.!?] |\n)Me (?!neither)|"
                               r"\b(?:but|that) (?:him|them) (?:was|had|went|took|said|gave)\b",
    "an apostrophe on a pronoun": r"\b(?:I|me|him|her|my|your|his|them)'s\b|"
                                  r"\b(?:he|she|you)'s (?:own|name|hands?|face|jug|house|coat|word|promise|thanks)\b",
    "agreement": r"\byou was\b|\bI (?:is|has|does|goes|says|takes)\b|"
                 r"(?<!ould )(?<!did )\b(?:he|she) (?:have|go|take|say|am)\b",
    "two articles": r"\b(?:the|a|an) (?:the|a|an|my|his|their)\b",
    "a for an": r"\ba (?=[aei][a-z])(?!one|once|eu)|\ban (?=[bcdfgjklmnpqrstvwyz])",
    "punctuation": r"[,;:][,;:.!?]|[!?][,.]|\.\.,|(?<!\.)\.\.(?!\.)|[a-z][.!?][A-Za-z]",
    "a word twice": r"\b(and|but|the|when|that|of|to|in|at|because|before) \1\b(?! (?:which|who|is|was|one)\b)",
    "a small letter at the beginning": r"(?:^|\n)\"?[a-z]|(?<!\.\.)\. [a-z]",
    "no end": r"[^.!?\"]$|[^.!?\"]\n\n",
}
_PRONOUNS = {
    "she": re.compile(r"\b(?:she|her|hers|herself)\b", re.I), "he": re.compile(r"\b(?:he|him|his|himself)\b", re.I),
}
# Sayings and beasts with a pronoun of their own.
_OWN = re.compile(
    r"\b(?:he|she) (?:who|that)\b[^.]*|"
    r"(?:cow|sow) with \S+ on her back|leading her brood|scolded her chicks|"
    r"tears his|every his own|behind his own|look to his own|rehung her|mended her|under her breath|"
    r"and she (?:wasn't|was not) being",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A telling and the frames that it was made of."""

    telling: Telling
    frames: tuple[tuple[str, str], ...]

    def blame(self, start: int, end: int) -> str:
        """The text around an offence, and the frames whose words stand in it."""
        around = self.telling.text[max(0, start - 60):end + 60]
        near = self.telling.text[max(0, start - 25):end + 25]
        made = [
            f"[{section}] {frame}" for section, frame in self.frames
            if any(len(part) > 7 and part in near for part in _literals(frame))
        ]
        return "\n    ".join([f"{self.telling.voice}: ...{around!r}", *made])


def _literals(frame: str) -> list[str]:
    return [part.strip() for part in re.split(r"[(|)]|<[\w.]+>|\{[^{}]+\}", frame)]


@pytest.fixture(scope="module", params=TOLD)
def readings(request: pytest.FixtureRequest) -> list[Reading]:
    """MANY tellings of a voice."""
    found, frames, draw = [], list[tuple[str, str]](), Grammar.draw

    def noted(self: Grammar, section: str, *rest: object) -> str:
        frames.append((section, draw(self, section, *rest)))
        return frames[-1][1]

    plots = (*plotted(1), *plotted(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Grammar, "draw", noted)
        for number in range(MANY):
            frames.clear()
            telling = tell(plots[number % len(plots)], request.param, number)
            found.append(Reading(telling=telling, frames=tuple(frames)))
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_no_telling_has_such_a_fault(readings: list[Reading], fault: str) -> None:
    rule = re.compile(FAULTS[fault])
    blamed = [reading.blame(*m.span()) for reading in readings for m in rule.finditer(reading.telling.text)]
    assert not blamed, f"{len(blamed)} times {fault}:\n" + "\n".join(blamed[:5])


def test_quotation_marks_are_balanced_in_every_paragraph(readings: list[Reading]) -> None:
    odd = [p for r in readings for p in r.telling.text.split("\n\n") if p.count('"') % 2]
    assert not odd, odd[:3]


def test_no_pronoun_stands_in_a_paragraph_before_anybody_it_could_mean(readings: list[Reading]) -> None:
    offenders = []
    for reading in readings:
        cast, people = reading.telling.cast, reading.telling.plot.history.setting.people
        for paragraph in reading.telling.text.split("\n\n"):
            said = _OWN.sub("", re.sub(r'"[^"]*"', "", paragraph))
            for they, pronoun in _PRONOUNS.items():
                first = pronoun.search(said)
                names = {form for p in people if p.they == they for form in (cast.named(p.name), cast.called(p.name))}
                before = said[:first.start()].casefold() if first else ""
                if first and not any(name.casefold() in before for name in names):
                    offenders.append(f"{they}: {said[:200]}")
    assert not offenders, offenders[:5]


def test_a_voice_has_many_frames_and_many_words(readings: list[Reading]) -> None:
    voice = readings[0].telling.voice
    assert sum(len(frames) for name, frames in narrators().sections.items() if name.startswith(f"{voice}.")) >= 400
    words = {word for reading in readings for word in re.findall(r"[a-z']+", reading.telling.text.casefold())}
    assert len(words) >= 3_000


def test_no_two_tellings_of_a_voice_are_alike(readings: list[Reading]) -> None:
    assert len({reading.telling.text for reading in readings}) == MANY


def test_no_frame_says_he_or_she_of_a_villager() -> None:
    """Only slots know who somebody is; sayings and beasts may have pronouns of their own."""
    literal = re.compile(r"\b(?:he|she|him|his|her|himself|herself)\b", re.I)
    allowed = re.compile(
        r"(?:He|he|she) (?:that|who|\()|who laughs|\b(?:thief|cow|hen|duck|bantam|sow|spider)\b|\(it\|she\)"
    )
    found = [
        f"[{section}] {frame}" for section, frames in narrators().sections.items() for frame in frames
        if literal.search(re.sub(r"\{[^{}]+\}|<[\w.]+>", "", frame)) and not allowed.search(frame)
    ]
    assert not found, found
