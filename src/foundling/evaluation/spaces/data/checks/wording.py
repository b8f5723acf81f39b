"""What a text is made of: its length, what repeats, how it ends. Likelihood is blind to repetition and truncation (it
picks the original in 58% and 48% of pairs, by hand from the project's notes on judging), so both have checks here."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from foundling.corpus.cleaning import LEAST_LETTERS
from foundling.corpus.steps.hashing import words_of
from foundling.corpus.steps.quality import STOPS
from foundling.corpus.steps.repetition import again_share, lengths_of, no_top, top_share, twice
from foundling.corpus.steps.stop_words import STOP_WORDS
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, met, prose
from foundling.evaluation.spaces.data.form import Document, Finding

LONGEST_LINE = 20_000  # characters; the longest paragraph of the project's books has a third of it
_LINES, _LETTERS = 0.3, 0.2  # Gopher (Rae et al. 2021, arXiv 2112.11446, table A1): repeated lines, and their letters
_TOP = ((2, 0.20), (3, 0.18), (4, 0.16))  # the same table: the commonest run of so many words, of the letters
_AGAIN = ((5, 0.15), (7, 0.13), (10, 0.10))  # and runs that stood there before
_IN_A_ROW = 8
_LEAST_LINES, _LEAST_WORDS = 4, 40
_ENOUGH_WORDS, _SHORT_MORE = 400, 1.7  # in shorter tales the same few people and things make most runs of words
_SAME_WORD = re.compile(rf"(?<!\w)(\w{{1,40}})(?:[ \t,.!;]{{1,3}}\1(?!\w)){{{_IN_A_ROW - 1},}}", re.IGNORECASE)
_WORD = re.compile(r"\w+")
# THE END, the end, or a name below a letter: capitals throughout, or up to four words that begin with one.
_SIGNED = re.compile(r"(?=.*\w{2})[^a-zß-öø-ÿ\"“]{2,60}|(?:[Tt]he )?[Ee]nd|[Ff]inis|[Aa]men|"
                     r"(?=.{4})[^\W\d_a-zß-öø-ÿ][\w.'’-]*(?: [^\W\d_a-zß-öø-ÿ][\w.'’-]*){0,3}")
_ENDED = (*STOPS, "*", "—", "]", "}", "-", "~", "♪", "。", "」", "』", "۔", "।", "؟")


def empty(document: Document, _: Bench) -> Iterator[Finding]:
    """No text at all."""
    if not document.text and not document.broken:
        yield document.found(0)


def short(document: Document, _: Bench) -> Iterator[Finding]:
    """So few letters that `prepare` would drop it."""
    letters = sum(map(str.isalpha, document.text[:4_000]))
    if document.text and letters < LEAST_LETTERS and len(document.text) < 4_000:
        yield document.found(0, f"{letters} letters, and {LEAST_LETTERS} are the least")


def long_line(document: Document, _: Bench) -> Iterator[Finding]:
    """A line longer than any paragraph that a person writes."""
    start = 0
    for line in document.text.split("\n"):
        if len(line) > LONGEST_LINE:
            yield document.found(start, f"{len(line):,} characters")
        start += len(line) + 1


def lines_again(document: Document, _: Bench) -> Iterator[Finding]:
    """Too many lines that stood there before."""
    lines = [line.strip() for line in document.own_words.split("\n") if line.strip()]
    share, letters = twice(lines)
    if len(lines) < _LEAST_LINES or not (share > _LINES or letters > _LETTERS):
        return
    counts = Counter(lines)
    line = max(counts, key=lambda line: ((counts[line] - 1) * len(line), line))
    first = document.text.find(line)
    again = document.text.find(line, first + len(line))
    yield document.found(max(again, 0), f"{share:.0%} of the lines and {letters:.0%} of the letters; this one comes "
                         f"{counts[line]} times")


def runs_again(document: Document, _: Bench) -> Iterator[Finding]:
    """Runs of words that recur more than in any prose, by the table of Gopher."""
    words, lengths = words_of(document.own_words)[0], lengths_of(document.own_words)
    if len(words) < _LEAST_WORDS:
        return
    enough = len(words) >= _ENOUGH_WORDS
    often, more = enough and not no_top(words, lengths), 1.0 if enough else _SHORT_MORE
    measured = ((width, top_share(words, lengths, width), most, "one run") for width, most in _TOP if often)
    again = ((width, again_share(words, lengths, width), most * more, "repeated runs") for width, most in _AGAIN)
    for width, share, most, what in chain(measured, again):
        if share > most:
            said = f"{share:.1%} of its letters stand in {what} of {width} words, and {most:.1%} are the most"
            yield document.found(_second(document.text), said)
            return


def _second(text: str) -> int:
    """Where the first run of five words stands for the second time; 0 where none does."""
    words = list(_WORD.finditer(text[:1_000_000].casefold()))
    seen = set[tuple[str, ...]]()
    for at in range(len(words) - 4):
        run = tuple(word[0] for word in words[at:at + 5])
        if run in seen:
            return words[at].start()
        seen.add(run)
    return 0


def word_again(document: Document, _: Bench) -> Iterator[Finding]:
    """One word over and over."""
    for match in _SAME_WORD.finditer(document.text):
        yield document.found(match.start(), f"{match[1]!a} {len(_WORD.findall(match[0]))} times in a row")


def cut_off(document: Document, _: Bench) -> Iterator[Finding]:
    """An end that is no end: no stop behind the last words, and no heading or signature either."""
    start = document.text.rfind("\n") + 1
    last = document.text[start:].rstrip()
    line = last.rstrip(" _*\"'”’)»")
    words = line.split()
    signed = bool(_SIGNED.fullmatch(line)) and line.casefold() not in STOP_WORDS["en"]
    verse = document.form == "prose" and 2 < len(words) <= 8 and _verse(document.text)
    answered = "? " in line and '"' not in line and len(line.rsplit("? ", 1)[1].split()) <= 4
    if document.form == "scene":
        signed = bool(not document.turns or document.turns[-1].name is None)
    ended = signed or verse or answered or line.endswith(_ENDED) or last.endswith(_ENDED)
    if line and not ended:
        yield document.found(start + len(line) - 1, f"the last words are {' '.join(words[-4:])[-60:]!a}")


def _verse(text: str) -> bool:
    """Whether the last lines are short and most of them end without a stop, as in a poem or a list."""
    lines = [line.rstrip() for line in text[-2_000:].split("\n")[-7:-1] if line.strip()]
    short_ones = [line for line in lines if len(line.split()) <= 9]
    return len(short_ones) >= 3 and sum(not line.endswith((".", "!", "?")) for line in short_ones) * 2 >= len(lines)


_TALE = (
    "The miller had a key that fitted no door. He carried it to the well, and the well said nothing. He carried it to "
    "the hill, where the wind took his hat. In the evening his daughter asked whose it was.\n"
)
CHECKS = (
    Check(
        code="E025", title="document without text", find=empty,
        why="A file or row with nothing in it: the download failed, or the text was forgotten.",
        wrong=prose("---\ntitle: The Key\n---\n"), right=prose("The key lay under the clock, as it always had."),
        fix="Put the text in, or delete the file.",
    ),
    Check(
        code="W026", title="document too short to learn from", find=short,
        why="With fewer than 20 letters it is a heading or a scrap, and `foundling prepare` leaves it out.",
        wrong=prose("The end."), right=prose("The key was there, and that was the end."),
        fix="Put it together with what it belongs to, or delete it.",
    ),
    Check(
        code="E069", title="document longer than any book", find=met("E069"),
        why="More than 16 million characters are no one document: splits, copies and leaks are counted by document, "
        "and one of this size would be a split by itself.",
        fix="Split it into the texts that it is made of.",
    ),
    Check(
        code="W028", title="line longer than a paragraph", find=long_line,
        why="A line of more than 20,000 characters is a whole text whose line ends were lost, or data. Books are cut "
        "into parts between paragraphs, and here is none to cut at.",
        wrong=prose("The miller went up the hill to see what the wind had done. " * 400),
        right=prose("The miller went up the hill to see what the wind had done. \n" * 400),
        fix="Give each paragraph a line of its own.",
    ),
    Check(
        code="W040", title="lines that repeat", find=lines_again,
        why="More than 30% of the lines, or lines with more than 20% of the letters, stood there before. A refrain "
        "does not do that, a program in a loop does. The bounds are Gopher's (arXiv 2112.11446).",
        wrong=prose(_TALE + "And nobody knew whose key it was, and nobody asked the miller.\n" * 6),
        right=prose(_TALE + "And nobody knew whose key it was.\n" + "The wind blew, and he went on.\nAnd nobody knew "
                                                                    "whose "
                    "key it was.\nThe rain fell, and he sat down by the wall of the mill to wait for it to end.\n"),
        fix="Keep each line once.",
    ),
    Check(
        code="W041", title="runs of words that repeat", find=runs_again,
        why="The same runs of words fill too much of the text: Gopher's bounds for runs of 2 to 10 words (arXiv "
        "2112.11446, table A1). A model's likelihood goes up with every repetition, so no model will find this for "
        "you.",
        wrong=prose(" ".join(f"The miller carried the key up the steep hill to the {where}, and the {where} said "
                             f"nothing."
                             for where in ("well", "oak", "barn", "gate", "ford", "tower"))),
        right=prose(_TALE * 1 + "She took it to the barn herself, and there, under the straw, was a box with no lid."),
        fix="Tell it once; of a text that a program made, make another.",
    ),
    Check(
        code="W042", title="one word over and over", find=word_again,
        why="The same word eight times and more in a row is a program that could not stop.",
        wrong=prose("He knocked, and the miller said " + "no " * 9 + "until the door shut."),
        right=prose("He knocked, and the miller said no, no, no, no, no, no, no until the door shut."),
        fix="Keep what somebody could have said.",
    ),
    Check(
        code="W043", title="text that ends in the middle of a sentence", find=cut_off,
        why="Behind the last words stands no stop: the text was cut at some length. A being that reads such texts "
        "learns to stop anywhere, and likelihood cannot see it (a coin is as good).",
        wrong=prose("The miller had a key that fitted no door, and every evening he went"),
        right=prose("The miller had a key that fitted no door, and he kept it.\n\nTHE END"),
        fix="Put the rest back, or end the text at the sentence before.",
    ),
)

