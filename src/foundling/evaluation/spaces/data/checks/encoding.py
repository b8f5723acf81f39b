"""Characters that are broken, invisible or made to deceive: from bytes to letters of two alphabets."""

import re
import unicodedata
from collections.abc import Iterator

from foundling.corpus.steps.repair import Repair
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, Find, met, prose, rows
from foundling.evaluation.spaces.data.form import Document, Finding

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_UNSEEN = re.compile("[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0\U000e0000-\U000e007f]")
_JOINER = re.compile("[\u200c\u200d]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd\ufdd0-\ufdef]")
_FOREIGN = re.compile(r"[^\W\d_]*[\u0370-\u052f][^\W\d_]*")
_LATIN, _ALIKE = re.compile("[A-Za-z\u00c0-\u024f]"), re.compile("[\u0370-\u052f]")
_LOST = re.compile("\ufffd")
_HIDDEN_REST = re.compile("[&\u00ad]")
_LINES = 20_000


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()


def _signs(form: re.Pattern[str]) -> Find:
    """Every sign of a form, by its name."""
    def find(document: Document, _: Bench) -> Iterator[Finding]:
        yield from (document.found(match.start(), _name(match[0])) for match in form.finditer(document.text))

    return find


def invisible(document: Document, _: Bench) -> Iterator[Finding]:
    """Signs without width. Two joiners have work to do between letters of some scripts and in emoji, and none in
    Latin words."""
    if document.text.isascii():
        return
    for match in _UNSEEN.finditer(document.text):
        yield document.found(match.start(), _name(match[0]))
    for match in _JOINER.finditer(document.text):
        before = document.text[match.start() - 1:match.start()]
        if not before or before.isspace() or before.isascii() or "LATIN" in unicodedata.name(before, ""):
            yield document.found(match.start(), _name(match[0]))


def lost(document: Document, bench: Bench) -> Iterator[Finding]:
    """U+FFFD in a text whose own bytes were sound: another program lost it, before."""
    if all(fault.code != "E003" for fault in document.faults):
        yield from _signs(_LOST)(document, bench)


def mojibake(document: Document, _: Bench) -> Iterator[Finding]:
    """UTF-8 that was read as something else: lines that `corpus.steps.repair` would change."""
    if document.text.isascii():
        return
    mend, story = Repair(), document.story
    if mend(story.with_text(document.text)) == story.with_text(document.text):
        return
    offset = 0
    for line in document.text.split("\n")[:_LINES]:
        bare = _HIDDEN_REST.sub("", line)
        if not bare.isascii() and mend(story.with_text(bare)) != story.with_text(bare):
            first = next(at for at, sign in enumerate(line) if "\u00c2" <= sign <= "\u00f4")
            yield document.found(offset + first, ascii(line[first:first + 3])[1:-1])
        offset += len(line) + 1


def two_alphabets(document: Document, _: Bench) -> Iterator[Finding]:
    """A word of Latin letters with a Greek or Cyrillic one among them, which looks the same and is another."""
    if document.text.isascii():
        return
    for match in _FOREIGN.finditer(document.text):
        if _LATIN.search(match[0]) and (alike := _ALIKE.search(match[0])):
            yield document.found(match.start() + alike.start(), f"{_name(alike[0])} in {match[0]!a}")


def in_parts(document: Document, _: Bench) -> Iterator[Finding]:
    """Letters written as a letter and its mark: another spelling of the same word."""
    if unicodedata.is_normalized("NFC", document.text):
        return
    offset = 0
    for line in document.text.split("\n"):
        if not unicodedata.is_normalized("NFC", line):
            mark = next((at for at, sign in enumerate(line) if unicodedata.combining(sign)), 0)
            yield document.found(offset + mark)
        offset += len(line) + 1


CHECKS = (
    Check(
        code="E003", title="bytes that are no UTF-8", find=met("E003"),
        why="All text here is UTF-8. In another encoding every letter beyond ASCII becomes a wrong one, and the being "
        "learns words that nobody writes.",
        wrong=prose("The caf\udce9 by the mill was shut, and the miller knew why."),
        right=prose("The café by the mill was shut, and the miller knew why."),
        fix="Save the file again as UTF-8; `foundling collect` guesses encodings, a compiler does not.",
    ),
    Check(
        code="E004", title="control character", find=_signs(_CONTROL),
        why="A NUL, an escape or a form feed is for machines. In a text it is left over from a program, or put there "
        "to steer the terminal of whoever looks at it.",
        wrong=prose("The mill wheel turned all night,\x1b[2J and nobody heard it."),
        right=prose("The mill wheel turned all night,\tand nobody heard it."),
        fix="Delete it; `foundling prepare` does so too.",
    ),
    Check(
        code="E005", title="half of a character", find=_signs(_HALF),
        why="A lone surrogate such as \\ud83d is one half of a character beyond 65,535. No UTF-8 file can hold it.",
        wrong=rows('{"text": "The mill wheel turned all night \\ud83d and nobody heard it."}'),
        right=rows('{"text": "The mill wheel turned all night \\ud83d\\ude00 and nobody heard it."}'),
        fix="Write the whole character, or none.",
    ),
    Check(
        code="E006", title="sign that turns the text round", find=_signs(_TURNING),
        why="Marks and overrides of direction make people read another order than the one that is learnt (Boucher and "
        "Anderson 2021, arXiv 2111.00169). No story needs them: the letters know their own direction.",
        wrong=prose("The key lay under the \u202ekcolc\u202c, as it always had."),
        right=prose("The key lay under the clock, as it always had."),
        fix="Delete it.",
    ),
    Check(
        code="W007", title="invisible character", find=invisible,
        why="A zero-width space, a soft hyphen or a tag character parts a word that looks whole: the tokenizer sees "
        "two pieces, and searching for the word finds nothing.",
        wrong=prose("The mil\u200bler had the key, and the miller said nothing."),
        right=prose("The miller had the key, and the miller said nothing."),
        fix="Delete it; `foundling prepare` does so too.",
    ),
    Check(
        code="W008", title="byte-order mark", find=met("W008"),
        why="An old sign at the begin of a file that says how its bytes are ordered. UTF-8 has one order only; "
        "programs that do not expect the mark take it for a letter.",
        wrong=prose("\ufeffThe mill wheel turned all night, and nobody heard it."),
        right=prose("The mill wheel turned all night, and nobody heard it."),
        fix="Save the file without it (\"UTF-8\", not \"UTF-8 with BOM\").",
    ),
    Check(
        code="W009", title="line ends of several kinds", find=met("W009"),
        why="Lines that end now with \\n and now with \\r\\n come from two programs, or from a merge that went wrong.",
        wrong=prose("The mill wheel turned all night.\r\nNobody heard it but the miller.\nHe slept.\n"),
        right=prose("The mill wheel turned all night.\r\nNobody heard it but the miller.\r\nHe slept.\r\n"),
        fix="Save the file with one kind of line end.",
    ),
    Check(
        code="W010", title="letters of a broken encoding", find=mojibake,
        why="UTF-8 that some program read as Latin-1 or Windows-1252 and saved again: one letter has become two.",
        wrong=prose("The cafÃ© by the mill was shut, and the miller knew why."),
        right=prose("The café by the mill was shut, and the miller knew why."),
        fix="`foundling prepare` mends it where the package ftfy is installed; else save the original again.",
    ),
    Check(
        code="W011", title="character that was lost", find=lost,
        why="U+FFFD stands where a program could not read what was there. What it was, nobody can tell any more.",
        wrong=prose("The caf\ufffd by the mill was shut, and the miller knew why."),
        right=prose("The café by the mill was shut, and the miller knew why."),
        fix="Take the text from its source again, or write the letter by hand.",
    ),
    Check(
        code="W030", title="character that means nothing outside of one program", find=_signs(_PRIVATE),
        why="Private-use characters and noncharacters are symbols of one font or marks of one program.",
        wrong=prose("The mill wheel \ue001 turned all night, and nobody heard it."),
        right=prose("The mill wheel ⚙ turned all night, and nobody heard it."),
        fix="Write what it stands for, or delete it.",
    ),
    Check(
        code="W031", title="word of letters from two alphabets", find=two_alphabets,
        why="A Cyrillic а in a Latin word looks right and is another letter: to the tokenizer it is another word, and "
        "a name so written is another person.",
        wrong=prose("The key was \u0410da's, and everybody at the mill knew it."),
        right=prose("The key was Ada's, and in Russian she is called Ада."),
        fix="Write the word in one alphabet.",
    ),
    Check(
        code="W032", title="letters in parts", find=in_parts,
        why="An é written as e and an accent looks like é and is two characters: the same word is then learnt twice.",
        wrong=prose("The cafe\u0301 by the mill was shut, and the miller knew why."),
        right=prose("The café by the mill was shut, and the miller knew why."),
        fix="Normalise to Unicode NFC; `foundling prepare` does so too.",
    ),
)
