"""Gathering from everything a person may point at: each file is a story, or left out with a reason that helps."""

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundling.corpus import BUILTIN, Dropped, clean, gather
from foundling.records import BadInput, Origin, Story, canonical_json

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
    assert [f.source for f in found if isinstance(f, Story)] == ["good.txt"]
    return {f.source: f.reason for f in found if isinstance(f, Dropped)}


def test_files_and_folders_in_a_fixed_order(folder, tmp_path):
    (folder / "b").mkdir()
    (folder / "b" / "Old_jug-two.MD").write_text(TWO)
    (folder / "b" / "a-third.txt").write_text(TEXT)
    single = tmp_path / "one.txt"
    single.write_text(TEXT)
    found = list(gather([single, folder]))
    assert [(f.source, f.title) for f in found] == [
        ("one.txt", "one"), ("b/Old_jug-two.MD", "Two"), ("b/a-third.txt", "a third"), ("good.txt", "good")]
    assert {f.origin.kind for f in found} <= {"text", "markdown"}
    assert list(gather([single, folder])) == found


def test_a_missing_path_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"^There is no file or folder .*gone: check what was typed\.$"):
        list(gather([tmp_path / "gone"]))


def test_a_folder_without_stories_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"^.* has no file in it that could be read: give a folder of stories\.$"):
        list(gather([tmp_path]))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (tmp_path / ".hidden.txt").write_text(TEXT)
    with pytest.raises(BadInput, match=r"^Nothing in .* as a story; the first, picture, is a binary file, not text\.$"):
        list(gather([tmp_path]))


BAD = {
    "a binary file": ("x.txt", b"GIF89a\0\1\2\3", "is a binary file, not text"),
    "nothing": ("x.txt", b"", "is empty"),
    "spaces": ("x.md", b" \r\n\t\n", "is empty"),
    "a very long line": ("x.txt", b"word " * 240_000, "has a line of more than 1,048,576 characters: put its "
                         "paragraphs on lines of their own"),
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


SLEEP = "Das Mädchen schläft"
OLD = {"latin-1": SLEEP.encode("latin-1"), "UTF-16": SLEEP.encode("utf-16"), "UTF-8": SLEEP.encode(),
       "UTF-16, big end first": b"\xfe\xff" + SLEEP.encode("utf-16-be")}


@pytest.mark.parametrize("data", OLD.values(), ids=OLD)
@pytest.mark.parametrize("name", ["x.txt", "README"])
def test_text_is_told_by_its_content_in_whatever_encoding(folder, name, data):
    (folder / name).write_bytes(data)
    assert [f.text for f in gather([folder / name])] == [SLEEP]


def test_marks_and_line_ends_of_other_systems_are_read(folder):
    cases = {"bom.txt": b"\xef\xbb\xbf---\r\ntitle: Jug\r\n---\r\nOne.\r\n\r\nTwo.\r\n", "mac.txt": b"One.\r\rTwo.\r",
             "both.txt": b"One.\r\n\rTwo."}
    for name, data in cases.items():
        (folder / name).write_bytes(data)
    texts = {f.source: f for f in gather([folder])}
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
    assert [f.source for f in gather([inside])] == ["HEAD.txt"]  # asked for by name, it is read


def test_an_unreadable_file_is_left_out(folder, monkeypatch):
    (folder / "secret.txt").write_text(TEXT)
    opened = os.open

    def guarded(path, *rest):  # for the super-user every file is readable, so a mode cannot show it
        if str(path).endswith("secret.txt"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest)
    monkeypatch.setattr(os, "open", guarded)
    assert dropped(folder) == {"secret.txt": "cannot be read (Permission denied): check its permissions"}
    with pytest.raises(BadInput, match=r"secret\.txt cannot be read \(Permission denied\): check its permissions\.$"):
        list(gather([folder / "secret.txt"]))


def test_a_file_that_vanishes_meanwhile_is_left_out(folder):
    (folder / "a.txt").write_text(TEXT)
    (folder / "later.txt").write_text(TEXT)
    found = []
    for one in gather([folder]):
        (folder / "later.txt").unlink(missing_ok=True)
        found.append(one)
    assert [type(f).__name__ for f in found] == ["Story", "Story", "Dropped"]
    assert found[-1].reason.startswith("cannot be read (No such file")


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text(TEXT)
    (folder / "file.txt").symlink_to(outside / "x.txt")
    (folder / "folder").symlink_to(outside)
    (folder / "inside").mkdir()
    (folder / "inside" / "up").symlink_to(folder)  # a loop
    reason = "is a link that leads out of the folder: give what it points to by its own name"
    assert dropped(folder) == {"file.txt": reason, "folder": reason}
    assert [f.source for f in gather([folder / "file.txt"])] == ["file.txt"]  # named, it is followed


def test_a_pattern_names_files_in_order(folder, tmp_path):
    (folder / "b").mkdir()
    for name in ("b/two.txt", "b/one.md", "three.html.txt", ".hid.txt"):
        (folder / name).write_text(TEXT)
    assert [f.source for f in gather([f"{folder}/**/*.txt"])] == ["b/two.txt", "good.txt", "three.html.txt"]
    assert [f.source for f in gather([str(folder / "b" / "[to]*.md")])] == ["one.md"]
    (folder / "odd[1].txt").write_text(TEXT)
    assert [f.source for f in gather([folder / "odd[1].txt"])] == ["odd[1].txt"]
    with pytest.raises(BadInput, match=r"^No file fits the pattern .*\.epub: check it, and put it in quotes\.$"):
        list(gather([f"{folder}/*.epub"]))


def test_origin_is_what_is_typed_and_when_the_file_was_changed(folder):
    os.utime(folder / "good.txt", (86_400, 86_400))
    given = Origin(licence="CC0", consent="own", author="Ida")
    (origin,) = [f.origin for f in gather([folder], given=given)]
    assert origin == replace(given, kind="text", retrieved="1970-01-02T00:00:00+00:00")


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


def test_a_name_that_is_no_text_can_be_written_down(folder):
    try:
        (folder / os.fsdecode(b"caf\xe9-noir.txt")).write_text(TEXT)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    story = next(f for f in gather([folder]) if isinstance(f, Story) and f.source != "good.txt")
    assert (story.title, story.source) == ("caf\ufffd noir", "caf\ufffd-noir.txt")
    assert canonical_json(story)


def test_the_built_in_stories_need_no_words_of_excuse():
    found = list(gather([BUILTIN]))
    assert all(isinstance(story, Story) for story in found)
    assert {story.origin.retrieved for story in found} == {""}  # it would be the time of the installation


def test_strange_things_are_said(tmp_path, monkeypatch):
    with pytest.raises(BadInput, match=r"^ftp://x/y is no address that can be read: begin it with http:// or https://\.$"):
        list(gather(["ftp://x/y"]))
    with pytest.raises(BadInput, match="There is no file"):
        list(gather(["a\0b"]))
    with pytest.raises(BadInput, match="There is no file"):
        list(gather(["a" * 5_000]))


def raising(opened):
    raise ValueError("a\nb")


def panicking(opened):
    yield Story(title="", text="before", source=opened.name)
    raise type("PanicException", (BaseException,), {})("a Rust parser breaks so")


def rambling(opened):
    yield Dropped(title="", reason="goes\non " * 99)


READINGS = {"raising": (raising, [], ["cannot be read (ValueError)"]),
            "panicking": (panicking, ["the jug"], ["cannot be read (PanicException)"]),
            "silent": (lambda opened: iter(()), [], ["has no text in it"]),
            "rambling": (rambling, [], ["goes on " * 24 + "goes ..."])}


@pytest.mark.parametrize(("read", "titles", "reasons"), READINGS.values(), ids=READINGS)
def test_a_reader_that_breaks_its_promise_ends_nothing(tmp_path, read, titles, reasons):
    for name in ("the-jug.txt", "another.txt"):
        (tmp_path / name).write_text(TEXT)
    found = []
    with pytest.raises(BadInput) if not titles else nullcontext():
        for one in gather([tmp_path], read=read):
            found.append(one)
    assert [f.title for f in found if isinstance(f, Story)] == [t for name in titles for t in ("another", name)]
    assert [f.reason for f in found if isinstance(f, Dropped)] == reasons * 2
    assert all(f.source in ("the-jug.txt", "another.txt") for f in found)


PIECES = st.sampled_from([b"---\n", b"form: scene\n", b"title:", b"Ada: hi\n", b"(silence)\n", b"\xef\xbb\xbf", b"\r\n",
                          b"\0", b"\xe2\x80\xa8", b"\xff", b"people: Ada\n", b"It was late. "])


@settings(max_examples=150, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.binary(max_size=6), max_size=12).map(b"".join))
def test_whatever_the_bytes_it_is_a_story_or_a_reason(folder, data):
    (folder / "x.txt").write_bytes(data)
    for found in gather([folder]):
        story = clean(found) if isinstance(found, Story) else found
        assert isinstance(story, Story | Dropped) and canonical_json(story)
        if isinstance(story, Story):
            assert story.text and (story.turns or story.form == "prose")
