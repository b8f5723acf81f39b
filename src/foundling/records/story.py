"""A story, the thing that flows through the corpus: text with a title, feelings, people and where it came from.

Front matter and text come in as one string, a `Story` goes out. It reads no file and judges no text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from foundling.records.errors import BadInput
from foundling.records.jsonable import content_hash
from foundling.records.origin import UNKNOWN, Origin
from foundling.records.turn import Turn, parse_scene

Form = Literal["prose", "scene"]
_KEYED = re.compile(r"([^\W\d_][\w-]*)[ \t]*:(.*)")  # one word, as in `about:`; prose before a colon has several


@dataclass(frozen=True, kw_only=True)
class Story:
    """Prose, or a scene whose `text` holds one turn a line. `source` says where it came from, in words or as a path;
    `simulated` marks what a program narrated: it may be read in training, and never judges (DESIGN.md, splits)."""

    title: str
    text: str
    source: str
    form: Form = "prose"
    feelings: tuple[str, ...] = ()
    about: str = ""
    people: tuple[str, ...] = ()
    simulated: bool = False
    origin: Origin = UNKNOWN

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


def _front_matter(raw: str) -> tuple[dict[str, str], str]:
    """Keys and body; no keys and the whole where the first `---` opens a rule between paragraphs."""
    if not raw.startswith("---\n") or "\n---\n" not in raw[4:]:
        return {}, raw
    front, body = raw[4:].split("\n---\n", 1)
    lines = [line for line in front.split("\n") if line.strip()]
    # Below a key may stand what other programs write there: comments, lists and indented values.
    if not all(_KEYED.match(line) or (i > 0 and line[0] in " \t-#") for i, line in enumerate(lines)):
        return {}, raw
    keyed = [match for line in lines if (match := _KEYED.match(line))]
    return {match[1].lower(): match[2].strip() for match in keyed}, body


def _listed(head: dict[str, str], key: str) -> tuple[str, ...]:
    return tuple(x.strip() for x in head.get(key, "").split(",") if x.strip())


def read_story(raw: str, *, title: str, source: str) -> Story:
    """Split off front matter (`---`, `key: value` lines, `---`) if there is any. Unknown keys are left alone.

    Between two rules (`---`) that hold any other line stands text, not front matter: nothing of it is lost.

    Raises BadInput when `form: scene` is declared and a line is no turn.
    """
    head, body = _front_matter(raw)
    story = Story(
        title=head.get("title") or title, text=body.strip(), source=source,
        form="scene" if head.get("form", "").lower() == "scene" else "prose",
        feelings=_listed(head, "feelings"), about=head.get("about", ""), people=_listed(head, "people"),
        simulated=head.get("simulated", "").lower() in ("yes", "true"),
    )
    if story.form == "scene":
        parse_scene(story.text, story.title)  # a broken line is refused here and not when it is used
    return story


def story_from(row: Mapping[str, Any]) -> Story:
    """A story from the plain JSON values that `to_jsonable` made of it. Raises BadInput when they are no story's."""
    try:
        tuples = {key: tuple(row.get(key, ())) for key in ("feelings", "people")}
        return Story(**{**row, **tuples, "origin": Origin(**row.get("origin", {}))})
    except (TypeError, AttributeError) as fault:
        raise BadInput(f"A line that should hold a story does not ({fault}): restore the file from a copy.") from fault
