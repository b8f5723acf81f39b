"""A file that cannot be read, or not as what it says it is: what parsing met, and texts that are another format."""

from collections.abc import Iterator

from foundling.corpus.reading.kinds import HEAD, detect
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, met, prose, rows, scene
from foundling.evaluation.spaces.data.form import Document, Finding

_TEXTS = ("text", "markdown", "unknown", "play", "jsonl")
_KEPT = "Ada found the key under the third stair, and nobody had missed it."


def another_format(document: Document, _: Bench) -> Iterator[Finding]:
    """A log, a mail or a page of the web that lies there as if it were a story."""
    if document.form == "prose" and document.suffix not in (".jsonl", ".ndjson") and document.text:
        kind = detect(document.text[:HEAD].encode("utf-8", "replace"), "story" + document.suffix)
        if kind not in _TEXTS:
            yield document.found(0, f"it looks like {kind}")


CHECKS = (
    Check(
        code="E001", title="file that cannot be read", find=met("E001"),
        why="A pipe, a device, a file without permission to read it, or one that vanished: nothing of it is in the "
        "corpus, and a compile that passed it over in silence would not be the same twice.",
        fix="Give it permissions, or take it out of the folder.",
    ),
    Check(
        code="E002", title="link that leads out of the folder", find=met("E002"),
        why="A folder that somebody gave away could read, through such a link, what its giver may not. It is not "
        "followed.",
        fix="Put the file itself into the folder, or compile the folder that it lies in.",
    ),
    Check(
        code="E027", title="text larger than one document can be", find=met("E027"),
        why="A text file of more than 64 MB, or a row of more than 16 MB, is a dump that nobody took apart; the Bible "
        "has 4.5 MB. It is not read to its end.",
        fix="Split it into its documents: one file each, or one row each.",
    ),
    Check(
        code="E029", title="more lines than any text has", find=met("E029"),
        why="The longest books have 200,000 lines. A text file of more than a million, or JSON lines of more than a "
        "million rows, would take time and memory that nobody foresaw.",
        fix="Split it into several files.",
    ),
    Check(
        code="E033", title="front matter without an end", find=met("E033"),
        why="The text begins with --- and a key, and no second --- follows: title, licence and consent would be read "
        "as if they were the story, and learnt.",
        wrong=prose(f"---\ntitle: The Key\nlicence: own\n\n{_KEPT}"),
        right=prose(f"---\ntitle: The Key\nlicence: own\n---\n{_KEPT}"),
        fix="Write --- on a line of its own behind the last key.",
    ),
    Check(
        code="E035", title="form that is neither prose nor scene", find=met("E035"),
        why="A form that nobody knows is read as prose, and the names of a scene become part of its words.",
        wrong=prose("---\nform: secne\n---\nAda: Is that the key?\nBen: It is."),
        right=scene("Ada: Is that the key?\nBen: It is."),
        fix="Write form: scene for turns, form: prose (or nothing) for anything else.",
    ),
    Check(
        code="E036", title="row that is no JSON", find=met("E036"),
        why="A row of JSON lines is one JSON object on one line. A row that breaks off is a document lost.",
        wrong=rows('{"text": "Ada found the key under the third stair."'),
        right=rows('{"text": "Ada found the key under the third stair."}'),
        fix="Write the row anew; the column is where reading stopped.",
    ),
    Check(
        code="E037", title="row that is no document", find=met("E037"),
        why="A row needs `text` (a string) or `turns` (a list of objects with a name and a text, or of lines `Ada: "
        "hello`).",
        wrong=rows('{"body": "Ada found the key under the third stair."}'),
        right=rows('{"text": "Ada found the key under the third stair."}'),
        fix="Give the text under the key `text`.",
    ),
    Check(
        code="E038", title="row nested too deeply", find=met("E038"),
        why="Lists in lists, more than 64 deep, are no document but an attempt to exhaust whoever reads them.",
        wrong=rows('{"text": "Ada found the key.", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        right=rows('{"text": "Ada found the key under the stair.", "x": [[["deep enough"]]]}'),
        fix="Write the document flat.",
    ),
    Check(
        code="W039", title="text in the format of something else", find=another_format,
        why="A chat log, mail, web page or subtitle file is read as prose here, its time stamps, tags and headers "
        "included. `foundling collect` has readers that make stories and scenes of them.",
        wrong=prose("[12:18] <ada> is the key there\n[12:18] <ben> yes it is\n[12:19] <ada> then bring it\n"),
        right=prose(_KEPT),
        fix="Run it through `foundling collect`, or write it as a scene.",
    ),
)
