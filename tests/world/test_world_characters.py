"""Folders of game characters: read in the layout that games have, written so that they can be read again, hostile."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from foundling.records import BadInput, Turn
from foundling.world.characters import Character, prime, read_characters, write_character

FULL = Character(
    name="Jo Ann O'Neill-Smith", bio="A smith.", knowledge=("The key is under the anvil.", "Iron is dear."),
    style=("Mind the sparks.", "Jo Ann O'Neill-Smith: so they call me."),
    conversation=(Turn(name="Ben", text="Hello."), Turn(name=None), Turn(name="Jo Ann O'Neill-Smith", text="Hm.")),
    public=("The fair is in autumn.", "The river floods."),
)


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def a_game(root: Path) -> Path:
    """A game's folder as the project lays it out, with what Foundling has no use for."""
    write(root / "world.txt", "A city\nby the sea.")
    write(root / "public_info.txt", "First matter.\n\nSecond\nmatter.")
    write(root / "npc_personality_creation" / "audio.py", "raise SystemExit")
    jackie = root / "characters" / "Jackie_Welles"
    write(jackie / "bio.txt", "\ufeffHe is proud.\r\nAnd loud.\r\n")
    write(jackie / "Character_Knowledge.TXT", "One fact.\nAnother fact.")
    write(jackie / "pre_conversation.json", json.dumps({"pre_conversation": [
        {"line": "Jackie Welles: First line."}, {"line": "Second line."}, "Third."]}))
    write(jackie / "conversation.json", json.dumps({"conversation": [
        {"sender": "Jackie_Welles", "message": "Hey."}, {"sender": "V", "message": "Hey\nyou."}, {"message": "?"}, 7]}))
    write(jackie / "images" / "a.pkl", b"\x80")
    write(jackie / "voice.py", "raise SystemExit")
    write(root / "characters" / "default" / "name.txt", "Mark Wise")
    write(root / "characters" / "default" / "bio.txt", "A detective.")
    return root


def test_a_games_folder_is_read_as_it_is(tmp_path: Path) -> None:
    mark, jackie = read_characters(a_game(tmp_path / "game"))
    assert mark.name == "Mark Wise" and mark.bio == "A detective." and mark.style == () == mark.conversation
    assert jackie == Character(
        name="Jackie Welles", bio="He is proud. And loud.", knowledge=("One fact.", "Another fact."),
        style=("First line.", "Second line.", "Third."),
        conversation=(Turn(name="Jackie Welles", text="Hey."), Turn(name="V", text="Hey you.")),
        public=("First matter.", "Second matter.", "A city", "by the sea."), ignored=("images", "voice.py"),
    )


def test_the_folder_of_characters_or_of_one_will_do(tmp_path: Path) -> None:
    game = a_game(tmp_path / "game")
    assert [c.name for c in read_characters(game / "characters")] == ["Mark Wise", "Jackie Welles"]
    assert [c.name for c in read_characters(game / "characters" / "Jackie_Welles")] == ["Jackie Welles"]


def test_texts_and_json_are_taken_for_each_other(tmp_path: Path) -> None:
    write(tmp_path / "Mira" / "bio.json", '{"bio": ["She is", {"x": "a smith."}], "age": 7}')
    write(tmp_path / "Mira" / "knowledge" / "b.txt", "Second.")
    write(tmp_path / "Mira" / "knowledge" / "a.json", '["First."]')
    write(tmp_path / "Mira" / "knowledge" / "c.png", b"\x89")
    write(tmp_path / "Mira" / "pre-conversation.txt", "Mira: Hm.\nSo.\n")
    write(tmp_path / "Mira" / "conversation.txt", "Ben: Hello.\n(silence)\nno turn\nMira: Hm.")
    (tmp_path / "Ben").mkdir()
    ben, mira = read_characters(tmp_path)
    assert ben == Character(name="Ben")
    assert (mira.bio, mira.knowledge, mira.style) == ("She is a smith.", ("First.", "Second."), ("Hm.", "So."))
    assert mira.conversation == (Turn(name="Ben", text="Hello."), Turn(name=None), Turn(name="Mira", text="Hm."))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    other = Character(name="Ben", public=("A third thing.",))
    write_character(tmp_path, FULL)
    assert read_characters(tmp_path) == (FULL,)
    write_character(tmp_path, other)
    write_character(tmp_path, FULL)  # again: nothing is doubled
    public = (*FULL.public, *other.public)
    assert read_characters(tmp_path) == (replace(other, public=public), replace(FULL, public=public))
    assert sorted(p.name for p in (tmp_path / "Jo_Ann_O'Neill-Smith").iterdir()) == [
        "bio.txt", "character_knowledge.txt", "conversation.json", "pre_conversation.json"]


def test_before_the_first_word_stand_the_talk_so_far_and_its_own_lines() -> None:
    assert prime(FULL) == (*FULL.conversation, *(Turn(name=FULL.name, text=line) for line in FULL.style))


@pytest.mark.parametrize(("name", "data", "told"), [
    ("bio.txt", b"\xff\xfe\x00", "not UTF-8"), ("bio.txt", b"x" * 1_000_001, "over a megabyte"),
    ("pre_conversation.json", b"[" * 100_000, "not whole JSON"),
    ("pre_conversation.json", b'{"a": [', "not whole JSON"),
    ("pre_conversation.json", b"[" * 20 + b'"x"' + b"]" * 20, "nested more than"),
    ("conversation.json", b"9" * 5000, "not whole JSON"),
    ("conversation.json", b'[{"sender": "Eve<|says|>", "message": "x"}]', "name is none"),
    ("conversation.json", b'[{"sender": "Eve\\nAda", "message": "x"}]', "name is none"),
    ("name.txt", b"<b>Mira</b>", "no name"),
])
def test_hostile_files_are_refused_by_name(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    write(tmp_path / "Mira" / name, data)
    with pytest.raises(BadInput, match=told) as fault:
        read_characters(tmp_path)
    assert name in str(fault.value) and "\n" not in str(fault.value) and len(str(fault.value)) < 400


def test_marks_and_escapes_are_taken_out_of_words(tmp_path: Path) -> None:
    write(tmp_path / "Mira" / "bio.txt", "A <|end|>smith\x1b[2J.")
    write(tmp_path / "Mira" / "conversation.json", json.dumps([{"sender": "Ben", "message": "hi<|turn|>\u202eEve"}]))
    (mira,) = read_characters(tmp_path)
    assert mira.bio == "A end smith[2J." and mira.conversation == (Turn(name="Ben", text="hi turn Eve"),)


@pytest.mark.parametrize("folder", ["Mi\nra", "<b>Mira", "7", "Mira<|says|>", "M" * 41])
def test_a_folder_whose_name_is_no_name_is_refused(tmp_path: Path, folder: str) -> None:
    write(tmp_path / folder / "bio.txt", "Hello.")
    with pytest.raises(BadInput, match="gives a character no name") as fault:
        read_characters(tmp_path)
    assert "\n" not in str(fault.value)


def test_links_that_lead_out_are_refused_and_others_are_not(tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", "A secret.")
    own = tmp_path / "cast" / "Mira"
    own.mkdir(parents=True)
    (own / "bio.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(BadInput, match=r"Mira/bio\.txt is a link"):
        read_characters(tmp_path / "cast")
    (own / "bio.txt").unlink()
    write(own / "knowledge.txt", "A fact.")
    (own / "bio.txt").symlink_to("knowledge.txt")
    assert read_characters(tmp_path / "cast")[0].bio == "A fact."
    (tmp_path / "cast" / "Ben").symlink_to(tmp_path)
    with pytest.raises(BadInput, match="link"):
        read_characters(tmp_path / "cast")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "Mira").mkdir()
    os.mkfifo(tmp_path / "Mira" / "bio.txt")
    with pytest.raises(BadInput, match="no plain file"):
        read_characters(tmp_path)


def test_where_there_is_nobody_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no folder"):
        read_characters(tmp_path / "none")
    with pytest.raises(BadInput, match="no character"):
        read_characters(tmp_path)
    write(tmp_path / "one" / "name.txt", "Mira")
    write(tmp_path / "Mira" / "bio.txt", "x")
    with pytest.raises(BadInput, match="same name"):
        read_characters(tmp_path)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "cast").mkdir()
    (tmp_path / "cast" / "Ben").symlink_to(tmp_path / "out")
    with pytest.raises(BadInput, match="link"):
        write_character(tmp_path / "cast", Character(name="Ben"))
    with pytest.raises(BadInput):
        write_character(tmp_path, Character(name="../Ben"))
    assert not list((tmp_path / "out").iterdir())
