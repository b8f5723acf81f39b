"""Gathering from everything a person may point at: each file is a story, or left out with a reason that helps."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundling.corpus import BUILTIN, Dropped, Found, clean, gather
from foundling.records import BadInput, Story, canonical_json

TEXT, TWO = "Ida carried the blue jug to the well.\n", "---\ntitle: Two\n---\nTwo jugs."


@pytest.fixture
def folder(tmp_path):
    """A folder with one good story, so that whatever else is put in is judged alone."""
    place = tmp_path / "stories"
    place.mkdir()
    (place / "good.txt").write_text(TEXT)
    return place


def dropped(folder: Path) -> dict[str, str]:
    found = list(gather([folder]))
    assert [f.story.source for f in found if isinstance(f, Found)] == ["good.txt"]
    return {f.title: f.reason for f in found if isinstance(f, Dropped)}


def test_files_and_folders_in_a_fixed_order(folder, tmp_path):
    (folder / "b").mkdir()
    (folder / "b" / "Old_jug-two.MD").write_text(TWO)
    (folder / "b" / "a-third.txt").write_text(TEXT)
    single = tmp_path / "one.txt"
    single.write_text(TEXT)
    found = list(gather([single, folder]))
    assert [(f.story.source, f.story.title) for f in found] == [
        ("one.txt", "one"), ("b/Old_jug-two.MD", "Two"), ("b/a-third.txt", "a third"), ("good.txt", "good")]
    assert [f.bytes for f in found] == [len(TEXT), len(TWO), len(TEXT), len(TEXT)]
    assert list(gather([single, folder])) == found


def test_a_missing_path_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"^There is no file or folder .*gone: check the path given to --stories\.$"):
        list(gather([tmp_path / "gone"]))


def test_a_folder_without_stories_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"^.* has no \.txt or \.md file in it: give a folder of stories\.$"):
        list(gather([tmp_path]))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.txt").write_text(TEXT)
    with pytest.raises(BadInput, match=r"has no \.txt"):
        list(gather([tmp_path]))


BAD = {
    "a binary file": ("x.txt", b"GIF89a\0\1\2\3", "is a binary file, not text"),
    "latin-1": ("x.txt", "Das Mädchen".encode("latin-1"), "is not UTF-8 (byte 5): save it as UTF-8"),
    "UTF-16": ("x.txt", "Ida".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
    "UTF-16, big end first": ("x.txt", b"\xfe\xff\x00I\x00d", "is UTF-16 text: save it as UTF-8"),
    "UTF-16 without a mark": ("x.txt", "Ida".encode("utf-16-le"), "is a binary file, not text"),
    "half a character": ("x.txt", "Zoë".encode()[:-1], "is not UTF-8 (byte 2): save it as UTF-8"),
    "a coded surrogate": ("x.txt", b"a\xed\xa0\x80", "is not UTF-8 (byte 1): save it as UTF-8"),
    "nothing": ("x.txt", b"", "is empty"),
    "spaces": ("x.md", b" \r\n\t\n", "is empty"),
    "a very long line": ("x.txt", b"word " * 240_000, "has a line of more than 1,048,576 characters: put its "
                         "paragraphs on lines of their own"),
    "another kind": ("x.docx", b"PK\3\4", "is not .txt or .md"),
    "no suffix": ("README", b"hello", "is not .txt or .md"),
    "a scene with a bad line": ("x.txt", b"---\nform: scene\n---\nAda: hi\nshe leaves\n", "is no scene (Line 2 of x is "
                                "no turn: write `Name: what they say` or `(silence)`.)"),
}


@pytest.mark.parametrize(("name", "data", "reason"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_story_is_left_out_with_its_reason(folder, name, data, reason):
    (folder / name).write_bytes(data)
    assert dropped(folder) == {name: reason}
    with pytest.raises(BadInput) as refused:  # named directly, it is not left out silently
        list(gather([folder / name]))
    assert str(refused.value) == f"{folder / name} {reason}."


def test_marks_and_line_ends_of_other_systems_are_read(folder):
    cases = {"bom.txt": b"\xef\xbb\xbf---\r\ntitle: Jug\r\n---\r\nOne.\r\n\r\nTwo.\r\n", "mac.txt": b"One.\r\rTwo.\r",
             "both.txt": b"One.\r\n\rTwo."}
    for name, data in cases.items():
        (folder / name).write_bytes(data)
    texts = {f.story.source: f.story for f in gather([folder])}
    assert [texts[name].text for name in cases] == ["One.\n\nTwo."] * 3 and texts["bom.txt"].title == "Jug"


def test_long_lines_up_to_the_limit_are_read(folder):
    (folder / "long.txt").write_bytes(b"x" * 2**20)
    assert dropped_titles(folder) == []


def dropped_titles(folder: Path) -> list[str]:
    return [f.title for f in gather([folder]) if isinstance(f, Dropped)]


def test_hidden_files_and_folders_are_passed_over(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD.txt").write_text(TEXT)
    (folder / ".DS_Store.txt").write_text(TEXT)
    (folder / "sub" / ".cache" / "deep").mkdir(parents=True)
    (folder / "sub" / ".cache" / "deep" / "x.txt").write_text(TEXT)
    assert dropped(folder) == {}
    inside = folder / ".git"
    assert [f.story.source for f in gather([inside])] == ["HEAD.txt"]  # asked for by name, it is read


def test_an_unreadable_file_is_left_out(folder, monkeypatch):
    (folder / "secret.txt").write_text(TEXT)
    read = Path.read_bytes

    def guarded(path: Path) -> bytes:  # for the super-user every file is readable, so a mode cannot show it
        if path.name == "secret.txt":
            raise PermissionError(13, "Permission denied")
        return read(path)
    monkeypatch.setattr(Path, "read_bytes", guarded)
    assert dropped(folder) == {"secret.txt": "cannot be read (Permission denied): check its permissions"}
    with pytest.raises(BadInput, match=r"secret\.txt cannot be read \(Permission denied\): check its permissions\.$"):
        list(gather([folder / "secret.txt"]))


def test_links_to_nowhere_and_to_themselves_are_left_out(folder):
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    reasons = dropped(folder)
    assert set(reasons) == {"gone.txt", "loop.txt"}
    assert all(reason.startswith("cannot be read (") for reason in reasons.values())
    with pytest.raises(BadInput):
        list(gather([folder / "gone.txt"]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.txt")
    assert dropped(folder) == {"pipe.txt": "is no ordinary file"}
    with pytest.raises(BadInput):
        list(gather([folder / "pipe.txt"]))


def test_a_file_too_large_is_left_out_unread(folder):
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(256 * 2**20 + 1)
    assert dropped(folder) == {"huge.txt": "is larger than 256 MB: split it into smaller files"}


def test_a_name_that_is_no_text_can_be_written_down(folder):
    try:
        (folder / os.fsdecode(b"caf\xe9-noir.txt")).write_text(TEXT)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    story = next(f.story for f in gather([folder]) if isinstance(f, Found) and f.story.source != "good.txt")
    assert (story.title, story.source) == ("caf\ufffd noir", "caf\ufffd-noir.txt")
    assert canonical_json(story)


def test_the_built_in_stories_need_no_words_of_excuse():
    assert all(isinstance(found, Found) for found in gather([BUILTIN]))


PIECES = st.sampled_from([b"---\n", b"form: scene\n", b"title:", b"Ada: hi\n", b"(silence)\n", b"\xef\xbb\xbf", b"\r\n",
                          b"\0", b"\xe2\x80\xa8", b"\xff", b"people: Ada\n", b"It was late. "])


@settings(max_examples=300, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.binary(max_size=6), max_size=12).map(b"".join))
def test_whatever_the_bytes_it_is_a_story_or_a_reason(folder, data):
    (folder / "x.txt").write_bytes(data)
    for found in gather([folder]):
        story = clean(found.story) if isinstance(found, Found) else found
        assert isinstance(story, Story | Dropped) and canonical_json(story)
        if isinstance(story, Story):
            assert story.text and (story.turns or story.form == "prose")
