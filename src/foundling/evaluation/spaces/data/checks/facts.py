"""What a document says of a simulated world, held against that world and against the other documents about it.

Only plain statements in the present tense are understood (`Ada has the blue jug`, `Ben is dead`), and that the dead do
not speak; what is asked, doubted, dreamed or told in the past is let pass.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, met
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.evaluation.spaces.data.places import Mark
from foundling.evaluation.spaces.data.sheets import Sheet

_SENTENCE = re.compile(r"[^.!?\n]{3,400}[.!?\n]?")
_DOUBT = re.compile(r"\b(?:if|whether|think|thinks|believe|believes|say|says|said|perhaps|maybe|not|never|dream\w*|"
                    r"wish\w*|as though|would|could|might|when|unless|pretend\w*|once)\b|n't\b|\?", re.IGNORECASE)
_HAS = re.compile(r"(?<![\w'-])([^\W\d_a-z][\w'’-]*) (?:now |still )?(?:has|holds|carries|is holding|is carrying) the "
                  r"((?:[a-z'-]+ ){0,2}[a-z'-]+?)(?= (?:now|in|at|on|with|and|but|by|under|here)\b|[.,;:!\"”)]|$)")
_STATE = re.compile(r"(?<![\w'-])([^\W\d_a-z][\w'’-]*) is (?:now |still )?(dead|alive)\b")
_MOST_WORLDS, _MOST_CLAIMS = 12, 100_000  # drawn worlds cost seconds each, claims memory


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Something a document says to be so."""

    who: str
    relation: str
    thing: str
    mark: Mark


def claims_of(document: Document) -> Iterator[Claim]:
    """What the document states, in order; each speaker lives."""
    for speaker in document.speakers:
        yield Claim(who=speaker.name, relation="alive", thing="", mark=speaker.mark)
    for sentence in _SENTENCE.finditer(document.text):
        if _DOUBT.search(sentence[0]):
            continue
        begin = sentence.start()
        for match in _HAS.finditer(sentence[0]):
            yield Claim(who=match[1], relation="has", thing=match[2], mark=document.at(begin + match.start(1)))
        for match in _STATE.finditer(sentence[0]):
            yield Claim(who=match[1], relation=match[2], thing="", mark=document.at(begin + match.start(1)))


def _sheet(document: Document, bench: Bench) -> Sheet | None:
    """The facts of the document's world; of drawn worlds no more than twelve in one compile."""
    name = document.provenance.world
    if name not in bench.worlds:
        if len(bench.worlds) >= _MOST_WORLDS and name not in bench.given.sheets.sheets:
            return None
        bench.worlds[name] = bench.given.sheets.of(name)
    return bench.worlds[name]


def against_the_world(document: Document, bench: Bench) -> Iterator[Finding]:
    """Claims that the world's own replay objects to."""
    if document.provenance.world and (sheet := _sheet(document, bench)) is not None:
        for claim in claims_of(document):
            yield from (Finding(mark=claim.mark, said=why)
                        for why in sheet.against(claim.who, claim.relation, claim.thing))


def against_each_other(document: Document, bench: Bench) -> Iterator[Finding]:
    """Claims that another document about the same world, or this one, contradicts."""
    world = document.provenance.world
    if not world:
        return
    for claim in claims_of(document):
        subject = claim.thing if claim.relation == "has" else f"{claim.who} lives"
        value = claim.who if claim.relation == "has" else claim.relation
        before = bench.claims.get((world, subject))
        if before is None and len(bench.claims) < _MOST_CLAIMS:
            bench.claims[world, subject] = value, claim.mark
        elif before is not None and before[0] != value:
            told = f"{before[0]} has the {claim.thing}" if claim.relation == "has" else f"{claim.who} is {before[0]}"
            yield Finding(mark=claim.mark, said=f"{told}, says {before[1].file}:{before[1].line}")


_FACTS = '{"ash/3": {"dead": ["Ben"], "alive": ["Cleo"], "has": {"Ada": ["blue jug"]}}}'
_HEAD = "---\nworld: ash/3\n---\n"
CHECKS = (
    Check(
        code="E059", title="contradiction with the facts of the world", find=against_the_world,
        why="The text names its world (`world: SEED/DAY`, or a name that facts.json in the folder has), and the "
        "world's own replay says that it cannot be: somebody else has the thing, or the dead speak. Learnt, it would "
        "be a wrong answer to every question about that village.",
        wrong=(("facts.json", _FACTS), ("a.txt", _HEAD + "Cleo has the blue jug. She is on her way to the mill with "
                                                         "it.")),
        right=(("facts.json", _FACTS), ("a.txt", _HEAD + "Ada has the blue jug. Cleo said that Ben has the blue jug.")),
        fix="Tell it as it was, or take `world:` out if the text is about nobody there.",
    ),
    Check(
        code="E060", title="contradiction with another text of the same world", find=against_each_other,
        why="Two documents about one world at one moment cannot both be right: in one Ada has the jug, in the other "
        "Ben; or somebody is dead in one and speaks in the other.",
        wrong=(("a.txt", _HEAD + "Ada has the blue jug. It stands before her on the table."),
               ("b.txt", _HEAD + "Ben has the blue jug. It is full of milk, and he is careful.")),
        right=(("a.txt", _HEAD + "Ada has the blue jug. It stands before her on the table."),
               ("b.txt", "---\nworld: ash/4\n---\nBen has the blue jug. It is full of milk, and he is careful.")),
        fix="Find out which is right; a day later things may be otherwise, and `world:` names the day.",
    ),
    Check(
        code="E068", title="fact sheet that cannot be read", find=met("E068"),
        why="facts.json is an object from the names of worlds to what is so in them: a history as the village writes "
        'it, or {"dead": [names], "alive": [names], "has": {name: [things]}}. This one is not, and nothing was held '
        "against it.",
        wrong=(("facts.json", '{"ash/3": ["Ada"]}'), ("a.txt", "The miller had a key, and it fitted no door.")),
        right=(("facts.json", _FACTS), ("a.txt", "The miller had a key, and it fitted no door.")),
        fix="Write it in one of the two forms.",
    ),
)
