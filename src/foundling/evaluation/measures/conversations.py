"""Real talk of several people in, conversations as turns out: Ubuntu IRC, CRD3, held-out scenes. It measures nothing.

Ubuntu IRC (Kummerfeld et al. 2019, arXiv 1810.11118): lines as the IRC reader of the corpus takes them. CRD3
(Rameshkumar and Bailey 2020): players at a table. Lines of one speaker that follow each other are one turn, so that a
turn ends where somebody else begins.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.corpus.reading.irc import spoken
from foundling.records import BadInput, Story, Turn

IRC, CRD3 = "ubuntu_irc", "crd3"
_LARGEST = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Turns in order; `source` is which set it is of, `name` which file or scene."""

    source: str
    name: str
    turns: tuple[Turn, ...]


def joined(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns of one speaker in a row as one; silences stay as they are."""
    made: list[Turn] = []
    for turn in turns:
        if made and turn.name is not None and made[-1].name == turn.name:
            made[-1] = Turn(name=turn.name, text=f"{made[-1].text} {turn.text}")
        else:
            made.append(turn)
    return tuple(made)


def scenes(stories: Sequence[Story]) -> list[Conversation]:
    """The scenes among stories, for people only: what was narrated by a program judges nobody."""
    return [
        Conversation(source="scenes", name=story.title, turns=joined(story.turns))
        for story in stories if story.form == "scene" and not story.simulated
    ]


def read_irc_logs(folder: Path) -> list[Conversation]:
    """Every *.ascii.txt of a folder, a conversation each. Raises BadInput."""
    made = []
    for path in sorted(folder.glob("*.ascii.txt")):
        said = [line for _, line in map(spoken, _text(path).split("\n")) if line is not None and line[1].strip()]
        turns = joined(Turn(name=nick, text=words.strip()) for nick, words in said)
        made.append(Conversation(source="irc", name=path.name, turns=turns))
    return made


def read_crd3(folder: Path) -> list[Conversation]:
    """Every *.json of a folder, a conversation each; turns that several spoke at once are left out. Raises BadInput."""
    made = []
    for path in sorted(folder.glob("*.json")):
        try:
            rows = [(row["NAMES"], " ".join(row["UTTERANCES"])) for row in json.loads(_text(path))["TURNS"]]
            turns = joined(
                Turn(name=str(names[0]).strip().title(), text=" ".join(words.split()))
                for names, words in rows if len(names) == 1 and names[0] != "ALL" and words.strip()
            )
        except (ValueError, KeyError, TypeError, IndexError) as fault:
            raise BadInput(f"{path} cannot be read as CRD3 ({fault}): give its cleaned data.") from fault
        made.append(Conversation(source="crd3", name=path.name, turns=turns))
    return made


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path} is larger than {_LARGEST // 2**20} MB: give the test set as it was published.")
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise BadInput(f"{path} cannot be read ({fault}): check the folder of test sets.") from fault


def read_conversations(sets: Path | None, heldout: Sequence[Story]) -> list[Conversation]:
    """All that there is: the test sets in a folder that has them, and the held-out scenes. Raises BadInput for none."""
    found = scenes(heldout)
    if sets is not None:
        found += [*read_irc_logs(sets / IRC), *read_crd3(sets / CRD3)]
    if not found:
        raise BadInput("There is no talk of several people, for a home holds out prose only: give a folder with "
                       "ubuntu_irc or crd3 by --sets.")
    return found
