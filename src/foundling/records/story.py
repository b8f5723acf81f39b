"""A story, the thing that flows through the corpus: text with a title, feelings, people and where it came from.

Front matter and text come in as one string, a `Story` goes out. It reads no file and judges no text.
"""

from dataclasses import dataclass, replace
from typing import Literal

from foundling.records.jsonable import content_hash
from foundling.records.turn import Turn, parse_scene

Form = Literal["prose", "scene"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """Prose, or a scene whose `text` holds one turn a line. `source` says where it came from, in words or as a path."""

    title: str
    text: str
    source: str
    form: Form = "prose"
    feelings: tuple[str, ...] = ()
    about: str = ""
    people: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """sha256 of form and text: the same text from two places is the same story."""
        return content_hash(f"{self.form}\n{self.text}")

    @property
    def bytes(self) -> int:
        """Length of the text in bytes of UTF-8, the unit in which a corpus is counted."""
        return len(self.text.encode("utf-8"))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of a scene; empty for prose."""
        return parse_scene(self.text, self.title) if self.form == "scene" else ()

    def with_text(self, text: str) -> "Story":
        """The same story with another text (a cleaner's result)."""
        return replace(self, text=text)


def read_story(raw: str, *, title: str, source: str) -> Story:
    """Split off front matter (`---`, `key: value` lines, `---`) if there is any. Unknown keys are left alone.

    Raises BadInput when `form: scene` is declared and a line is no turn.
    """
    head: dict[str, str] = {}
    body = raw
    if raw.startswith("---\n") and "\n---\n" in raw[4:]:
        front, body = raw[4:].split("\n---\n", 1)
        head = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in front.splitlines())}
    listed = lambda key: tuple(x.strip() for x in head.get(key, "").split(",") if x.strip())  # noqa: E731
    story = Story(
        title=head.get("title") or title, text=body.strip(), source=source,
        form="scene" if head.get("form") == "scene" else "prose",
        feelings=listed("feelings"), about=head.get("about", ""), people=listed("people"),
    )
    assert story.turns is not None  # a scene with a broken line is refused here, by parse_scene
    return story
