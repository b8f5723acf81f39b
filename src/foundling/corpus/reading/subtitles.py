"""Subtitles (SRT, WebVTT, simple ASS) in; scenes where cues name their speakers, else prose of whole sentences, out.

Numbers, times, tags and notes go; a line that a film shows twice in a row is kept once. It guesses no speaker.
"""

import html
import re
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import lines
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import prose, scene
from foundling.records import Story

MOST_CUES = 5000  # in one story; a long film has about 2,000
_TIMES = re.compile(r"\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}\s*-->\s*")
_ASS = re.compile(r"Dialogue:\s*(?:[^,]*,){4}(?P<who>[^,]*),(?:[^,]*,){4}(?P<words>.*)")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+(?P<who>[^<>]{1,80})>")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\?[^{}\n]{0,200}\}")
_SHOUTED = re.compile(r"(?P<who>[A-Z][A-Z0-9 .'\u2019-]{0,38}[A-Z0-9]|[A-Z]): *(?P<words>\S.*)")
_SOUND = re.compile(r"[\[(\u266a#][^\])\n]*[\])\u266a#]?")
_ENDED = ('.', '!', '?', '"', '\u2026', '\u201d', '\u2019', ':')

Line = tuple[str, str]
"""Who says it ("" where the cue does not tell) and the words."""


def _named(who: str) -> str:
    return " ".join(word.capitalize() for word in who.split()) if who.isupper() else who.strip()


def _cue(raw: list[str]) -> Iterator[Line]:
    """The lines of one cue, each with its speaker; a line without a dash or name goes on with the one before."""
    who, words = "", list[str]()
    for line in raw:
        voice = _VOICE.search(line)
        shown = html.unescape(_TAG.sub("", line)).replace("\\N", " ").replace("\\n", " ").strip()
        dash = shown[:1] in "-\u2013\u2014" and len(shown) > 1
        shown = shown.lstrip("-\u2013\u2014 ") if dash else shown
        shouted = _SHOUTED.match(shown)
        if voice or dash or shouted:
            if words:
                yield who, " ".join(words)
            who, words = "", []
            if voice:
                who = voice["who"].strip()
            elif shouted:
                who, shown = _named(shouted["who"]), shouted["words"]
        if shown and not _SOUND.fullmatch(shown):
            words.append(shown)
    if words:
        yield who, " ".join(words)


def _cues(texts: Iterator[str]) -> Iterator[list[str]]:
    """The raw lines of every cue: what stands between its times and the next blank line."""
    inside, cue = False, list[str]()
    for line in texts:
        if _TIMES.match(line):
            if cue and cue[-1].strip().isdigit():
                cue.pop()  # the next cue's number, where no blank line stood before it
            yield cue
            inside, cue = True, []
        elif found := _ASS.match(line):
            yield [f"<v {found['who'].strip()}>{found['words']}" if found["who"].strip() else found["words"]]
        elif not line.strip():
            yield cue
            inside, cue = False, []
        elif inside and len(cue) < 50:
            cue.append(line[:2000])
    yield cue


def _joined(said: list[Line]) -> str:
    """Words of cues as sentences, a line each time one ends."""
    text = ""
    for _, words in said:
        text += ("" if not text else "\n" if text.endswith(_ENDED) else " ") + words
    return text


def _told(opened: Opened, said: list[Line], part: int) -> Story | Dropped:
    """A scene where at least a third of the lines have a speaker; who is not named there is "Voice"."""
    place = "" if part == 1 else f"part {part}"
    if 3 * sum(bool(who) for who, _ in said) < len(said):
        return prose(opened, _joined([(who, f"{who}: {words}" if who else words) for who, words in said]), part=place)
    turns: list[Line] = []
    for who, words in said:
        name = who or "Voice"
        if turns and turns[-1][0] == name:
            turns[-1] = (name, f"{turns[-1][1]} {words}")
        else:
            turns.append((name, words))
    return scene(opened, turns, part=place)


@reader("subtitles", "cue with words")
def read_subtitles(opened: Opened) -> Iterator[Story | Dropped]:
    """One story a film; after 5,000 lines another part begins."""
    said: list[Line] = []
    part = 1
    for cue in _cues(lines(opened.stream)):
        for line in _cue(cue):
            if not said or said[-1] != line:
                said.append(line)
        if len(said) >= MOST_CUES:
            yield _told(opened, said, part)
            said, part = [], part + 1
    if said:
        yield _told(opened, said, part)
