"""Folders of game characters in, Characters out, and back: who they are, what they know, how they talk, what was said.

The layout is that of AkshitIreddy/Interactive-LLM-Powered-NPCs: a folder per character, in `characters/` or not, with
bio, character_knowledge, pre_conversation and conversation, and public_info and world beside the characters for all.
Everything in it is hostile (`world.sheets`). Nothing is run: a file that is not known is left out, and listed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.home import check_name, name_key, write_atomically
from foundling.records import BadInput, Turn
from foundling.world.sheets import entries, lines, paragraphs, shown, strings, turns

MOST = 60  # characters in a folder, as many as a village has people
_BIO, _NAME, _KNOWLEDGE, _STYLE, _TALK = ("bio",), ("name",), ("character_knowledge", "knowledge"), (
    "pre_conversation",), ("conversation",)
_PUBLIC = ("public_info", "world")
_OWN = (*_BIO, *_NAME, *_KNOWLEDGE, *_STYLE, *_TALK)


@dataclass(frozen=True, kw_only=True)
class Character:
    """Somebody of a game. `style`: lines as they would say them; `conversation`: what was said so far; `public`: what
    everybody knows; `ignored`: what lies in the folder and is not read."""

    name: str
    bio: str = ""
    knowledge: tuple[str, ...] = ()
    style: tuple[str, ...] = ()
    conversation: tuple[Turn, ...] = ()
    public: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def read_characters(folder: Path | str) -> tuple[Character, ...]:
    """The characters of a game's folder, of a folder of characters, or of one character's own folder, by name.

    Raises BadInput, naming the file, for no folder or no character in it, what `world.sheets` refuses, folders whose
    names are no names, and the same name twice.
    """
    root = Path(folder)
    if not root.is_dir():
        raise BadInput(f"There is no folder {shown(root)}: give one with a folder for each character in it.")
    top = entries(root, root)
    inner = next((path for path in top if path.name.casefold() == "characters" and path.is_dir()), None)
    found = entries(root, inner) if inner else top
    folders = [path for path in found if path.is_dir() and _is_character(root, path)]
    if not folders and _of(top, _OWN):
        folders = [root]
    if not folders:
        raise BadInput(f"There is no character in {shown(root)}: make a folder for each, with a bio.txt in it.")
    if len(folders) > MOST:
        raise BadInput(f"There are {len(folders)} characters in {shown(root)}: a village has room for {MOST}.")
    public = _texts(root, _of([*top, *(found if inner else [])], _PUBLIC))
    characters = tuple(_character(root, path, public) for path in folders)
    if len({name_key(character.name) for character in characters}) < len(characters):
        raise BadInput(f"Two characters in {shown(root)} have the same name: give each a name of its own.")
    return characters


def write_character(folder: Path | str, character: Character) -> Path:
    """The character's own folder, written below `folder` so that reading gives the same character back.

    What is public goes beside it, after what is there. Raises BadInput for a name that is none, and for a link.
    """
    root = Path(folder)
    own, shared = root / check_name(character.name).replace(" ", "_"), root / "public_info.txt"
    if own.is_symlink() or shared.is_symlink():
        raise BadInput(f"{shown(own)} or the public_info.txt beside it is a link: write into a plain folder.")
    own.mkdir(parents=True, exist_ok=True)
    style = [{"line": f"{character.name}: {line}"} for line in character.style]
    talk = [{"sender": turn.name, "message": turn.text} for turn in character.conversation]
    for name, text in (
        ("bio.txt", character.bio), ("character_knowledge.txt", "\n\n".join(character.knowledge)),
        ("pre_conversation.json", _json("pre_conversation", style)), ("conversation.json", _json("conversation", talk)),
    ):
        write_atomically(own / name, f"{text}\n".encode())
    before = paragraphs(shared) if shared.exists() else ()
    if lacking := [text for text in character.public if text not in before]:
        write_atomically(shared, ("\n\n".join([*before, *lacking]) + "\n").encode())
    return own


def prime(character: Character) -> tuple[Turn, ...]:
    """What a speaker hears before the first word: the conversation so far, and the style lines as its own turns."""
    return (*character.conversation, *(Turn(name=character.name, text=line) for line in character.style))


def _character(root: Path, own: Path, public: tuple[str, ...]) -> Character:
    files = entries(root, own)
    name, style = _name(root, own, _of(files, _NAME)), _of(files, _STYLE)
    said = [line for path in style for line in (lines(path) if path.suffix.casefold() == ".txt" else strings(path))]
    return Character(
        name=name, bio=" ".join(_texts(root, _of(files, _BIO))), knowledge=_texts(root, _of(files, _KNOWLEDGE)),
        style=tuple(line.removeprefix(f"{name}: ") for line in said),
        conversation=tuple(turn for path in _of(files, _TALK) for turn in turns(path)), public=public,
        ignored=tuple(path.name for path in files if path not in _of(files, _OWN)),
    )


def _name(root: Path, own: Path, given: list[Path]) -> str:
    """What name.txt says, or the folder's name with spaces for underscores."""
    said = _texts(root, given)
    try:
        return check_name(said[0] if said else own.resolve().name.replace("_", " "))
    except BadInput as fault:
        raise BadInput(f"{shown(given[0] if said else own)} gives a character no name: {fault}") from fault


def _is_character(root: Path, path: Path) -> bool:
    """True for an empty folder, and for one with something in it that is a character's."""
    found = [] if path.name.startswith(".") else entries(root, path)
    return bool(_of(found, _OWN)) or (not found and not path.name.startswith("."))


def _of(files: Sequence[Path], stems: Sequence[str]) -> list[Path]:
    """The texts and JSON files of these names, and folders of them."""
    kinds = (".txt", ".json")
    return [
        path for path in files
        if path.stem.casefold().replace("-", "_") in stems and (path.suffix.casefold() in kinds or path.is_dir())
    ]


def _texts(root: Path, paths: Sequence[Path]) -> tuple[str, ...]:
    """The paragraphs of texts, the strings of JSON files, and those of all in a folder, each once."""
    found: dict[str, None] = {}
    for path in paths:
        for file in entries(root, path) if path.is_dir() else [path]:
            if file.suffix.casefold() in (".txt", ".json") and not file.is_dir():
                found |= dict.fromkeys(paragraphs(file) if file.suffix.casefold() == ".txt" else strings(file))
    return tuple(found)


def _json(head: str, rows: list[dict[str, Any]]) -> str:
    return json.dumps({head: rows}, ensure_ascii=False, indent=2)
