"""IRC logs in, scenes out, cut where the channel fell silent or has said much. Joins, parts and notices are no talk.

Lines as many programs write them: `[12:34] <nick> words`, `12:34 <@nick> words`, `2004-11-15 12:34:56 <nick> words`,
`2004-11-15T12:34:56 <nick> words`, `<nick> words`, and actions `[12:34] * nick waves`. It does not part one
conversation of a channel from another.
"""

import re
from collections.abc import Iterator

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.decoding import lines
from foundling.corpus.reading.document import title_of
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import scene
from foundling.records import Story

MOST_TURNS = 200  # in one scene
SILENCE = 30  # minutes after which talk begins anew
_STAMP = re.compile(
    r"\s*[\[(]?(?:(?P<date>\d{4}-\d{2}-\d{2})[T ]\s*)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\.\d+)?Z?"
    r"(?: ?(?P<half>[AaPp])[Mm])?[\])]?\s*")
_SAID = re.compile(r"<[ ~&@%+!]?(?P<nick>[^<>\s]{1,60})>\s?(?P<words>.*)")
_ACTION = re.compile(r"\*\s(?P<nick>[^\s*]{1,60})\s(?P<words>\S.*)")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")
_CODES = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")  # mIRC's colours and styles
_HALF_DAY = 12 * 60

Said = tuple[str, str]


def _minute(stamp: re.Match[str] | None) -> int | None:
    """Minutes since midnight that a line's stamp says, None without one."""
    if stamp is None:
        return None
    hour = int(stamp["hour"]) % 24
    if stamp["half"]:
        hour = hour % 12 + (12 if stamp["half"] in "pP" else 0)
    return hour * 60 + int(stamp["minute"])


def _pause(before: int | None, now: int | None) -> int:
    """Minutes between two stamps, round the clock; a clock of twelve hours that starts again is no pause."""
    if before is None or now is None:
        return 0
    return min((now - before) % (24 * 60), (now - before) % _HALF_DAY)


def spoken(line: str) -> tuple[re.Match[str] | None, Said | None]:
    """A line's time stamp, and nick and words where somebody said something; an action is words between stars."""
    line = _CODES.sub("", line)
    stamp = _STAMP.match(line)
    rest = line[stamp.end():] if stamp else line
    if said := _SAID.match(rest):
        return stamp, (said["nick"], said["words"])
    if action := _ACTION.match(rest):
        return stamp, (action["nick"], f"*{action['words'].strip()}*")
    return stamp, None


@reader("irc", "line that somebody said")
def read_irc(opened: Opened) -> Iterator[Story | Dropped]:
    """Scenes of at most 200 turns, a new one after 30 minutes of silence."""
    said: list[Said] = []
    part, before = 1, None
    named = _DAY.search(opened.name)
    date = named[1] if named else ""
    begun = date
    for line in lines(opened.stream):
        stamp, turn = spoken(line)
        if turn is None or not turn[1].strip():
            continue
        now = _minute(stamp)
        if said and (len(said) >= MOST_TURNS or _pause(before, now) > SILENCE):
            yield scene(opened, said, title=_titled(opened, part), part=str(part), date=begun)
            said, part = [], part + 1
        if stamp is not None and stamp["date"]:
            date = stamp["date"]
        begun = begun if said else date
        before = now if now is not None else before
        said.append(turn)
    if said:
        yield scene(opened, said, title=_titled(opened, part), part=str(part), date=begun)


def _titled(opened: Opened, part: int) -> str:
    return f"{title_of(opened.name)}, part {part}"
