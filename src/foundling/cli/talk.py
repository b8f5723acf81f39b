"""A room in the terminal: typed lines flow in, turns and silences flow out, as words or as JSON. It decides nothing.

`Ada: hello` is said by Ada, a bare line by the one who sits there; several people can share a keyboard, or a pipe.
"""

import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from foundling.cli.lines import typed
from foundling.community import DECISION, Room, Said, plain
from foundling.home import Home, Ledger, check_name
from foundling.records import BadInput, to_jsonable

COMMANDS = "/who says who is here, /why says why it last spoke or was silent, /quit ends"
_NAMED = re.compile(r"\s*([^\s:][^:]*):\s+(\S.*)", re.DOTALL)


def run(home_path: Path, *, json_output: bool, name: str, temperature: float | None, seed: int) -> int:
    """Talk with the being of a home until /quit, the end of the input or Ctrl-C; returns the exit code 0.

    With `json_output` every line said is answered by one JSON object on stdout: the being's turn, its silence, or an
    `error`. Raises BadInput when the home cannot be opened or written by this process, or `name` cannot be used.
    """
    if temperature is not None and not (math.isfinite(temperature) and temperature >= 0):
        raise BadInput(f"The temperature {temperature} cannot be used; give 0 (the likeliest words) or more.")
    check_name(name)
    home = Home.open(home_path)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # a pipe may hold any bytes, and a terminal may lack any letter
            stream.reconfigure(errors="replace")
    with home.locked() as notes, home.ledger() as ledger:
        newest = home.newest(notes)  # a damaged one is passed over, and a note says so
        for note in notes:
            print(note, file=sys.stderr)
        from foundling.inference import Sampling, wake  # torch costs seconds, which a refusal should not wait for

        how = None if temperature is None else Sampling(temperature=temperature)
        being = wake(home, generation=newest, how=how, seed=seed)
        room = Room(ledger, [being])
        visitor = room.known_as(name)
        if not json_output:
            print(f"{being.name} is here. Write to it, or `Ada: hello` to speak as Ada; {COMMANDS}.", file=sys.stderr)
        try:
            for line in typed("" if json_output else f"{visitor}: "):
                if line == "/quit":
                    break
                _take(line, room, ledger, visitor, json_output=json_output)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def who_says(line: str, otherwise: str) -> tuple[str, str]:
    """The speaker and the text of a line: before a colon and a space stands a name, or else the whole line is text.

    A name has one word, or up to three that do not begin with a small letter: `I think so: yes` has none.
    """
    if match := _NAMED.fullmatch(line):
        words = match[1].split()
        with suppress(BadInput):
            if len(words) == 1 or (len(words) <= 3 and not any(word[0].islower() for word in words)):
                return check_name(match[1]), match[2]
    return otherwise, line


def _take(line: str, room: Room, ledger: Ledger, visitor: str, *, json_output: bool) -> None:
    """One line, from typed to answered. A line that cannot be used is told so, and the talk goes on."""
    try:
        if line.startswith("/"):
            facts, sentence = _command(line, room, ledger)
            _put(facts) if json_output else print(sentence)
            return
        turn = room.post(*who_says(line, visitor))
        if not json_output and not sys.stdin.isatty():  # at a terminal the line stands there already
            print(f"{turn.name}: {turn.text}")
        with closing(room.replies()) as replies:
            for part in _json_parts(replies) if json_output else _word_parts(replies):
                print(part, end="", flush=True)
    except BadInput as fault:
        if json_output:
            _put({"error": str(fault)})
        else:
            print(fault, file=sys.stderr)


def _json_parts(replies: Iterable[Said]) -> Iterator[str]:
    for said in replies:
        if said.kind != "piece":
            yield json.dumps(to_jsonable(said)) + "\n"


def _word_parts(replies: Iterable[Said]) -> Iterator[str]:
    """The being's words as they come, after its name, each turn and each silence on a line of its own."""
    begun = False
    for said in replies:
        if said.kind == "piece":
            yield said.text if begun else f"{said.name}: {said.text}"
        elif said.kind == "turn":
            yield "\n"
        else:
            end = "\n" if begun else ""
            yield f"{end}({said.name} stays silent: {said.reason}; its share {said.share:.0%})\n"
        begun = said.kind == "piece"


def _command(line: str, room: Room, ledger: Ledger) -> tuple[dict[str, Any], str]:
    """The answer to /who or /why as JSON and as a sentence. Raises BadInput for any other."""
    if line == "/who":
        return {"present": room.present}, f"Here: {', '.join(room.present)}."
    if line == "/why":
        last = ledger.last(DECISION)
        if last is None:
            return {"decision": None}, "Nobody has had to decide yet."
        did = "spoke" if last.data["speaks"] else "was silent"
        shares = f"its share {last.data['share']:.0%}, the likeliest other {last.data['rival']:.0%}"
        sentence = f"{last.speaker} {did}: {last.data['reason']} ({shares})."
        return {"decision": {"name": last.speaker, **last.data}}, sentence
    raise BadInput(f"There is no command {plain(line)[:40]}: {COMMANDS}.")


def _put(thing: dict[str, Any]) -> None:
    print(json.dumps(thing), flush=True)
