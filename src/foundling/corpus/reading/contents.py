"""A book's blocks of lines in, the same without its lists of contents and illustrations out. It keeps all else.

A list begins under a line that says "Contents" and goes on as long as its lines look like entries: numbered, ending
in a page number, or standing again further on as a heading.
"""

import re

_TITLE = re.compile(
    r"\W*(?:(?:table of )?contents(?: of \w+(?: \w+){0,3})?|list of (?:the )?(?:illustrations|plates|pictures|stories)"
    r"|illustrations)\W*\Z", re.I)
_ENTRY = re.compile(
    r"\s*(?:chapter|book|part|letter|act|scene|canto|preface|introduction|prologue|epilogue|appendix|page|chap\.?|"
    r"[ivxlcdm]+\b\.?|\d+[.)]?)(?:[\s.:,—-]|\Z)", re.I)
_PAGED = re.compile(r"(?:[\s.]{2,}|[ .])(?:\d{1,4}|[ivxlcdm]{1,8})\s*\Z")
_NUMBER = re.compile(r"^(?:chapter|chap|book|part|story)?\W*(?:[ivxlcdm]+|\d+)\W+|\W+\d{1,4}\W*$", re.I)
_WORDS = re.compile(r"\w+")
_LONGEST_ENTRY = 100  # characters; what is longer is prose
_FRONT = 400  # blocks: where lists of contents stand


def _key(line: str) -> str:
    """An entry or heading without its number and page, for comparing the two."""
    bare = _NUMBER.sub(" ", line.strip()[: 2 * _LONGEST_ENTRY])
    return " ".join(_WORDS.findall(bare.lower())) or " ".join(_WORDS.findall(line[: 2 * _LONGEST_ENTRY].lower()))


def _last_seen(blocks: list[str]) -> dict[str, int]:
    """For each short block and its lines, where it stands last: what an entry announces stands further on."""
    last: dict[str, int] = {}
    for at, block in enumerate(blocks):
        if 0 < len(block) <= _LONGEST_ENTRY and block.count("\n") < 3 and block[0] not in "'\"‘“":
            last[_key(block)] = at
            if "\n" in block:
                last.update((_key(line), at) for line in block.split("\n"))
    return last


def _entries(block: str, at: int, last: dict[str, int]) -> bool:
    """Whether three of five lines look like entries."""
    lines = [line for line in block.split("\n") if line.strip()]
    if any(len(line.strip()) > _LONGEST_ENTRY for line in lines):
        return False
    alike = sum(bool(_ENTRY.match(line) or _PAGED.search(line)) or last.get(_key(line), -1) > at for line in lines)
    return alike * 5 >= len(lines) * 3


def _list_end(blocks: list[str], start: int, last: dict[str, int]) -> int:
    """Where the list that starts here ends: at the first block that is no entry, or is an earlier entry again."""
    seen: set[str] = set()
    for at in range(start, len(blocks)):
        block = blocks[at]
        if not block:
            continue
        keys = [_key(line) for line in block.split("\n")]
        alone = len(keys) == 1
        if _TITLE.match(block) or (alone and keys[0] in seen) or not _entries(block, at, last):
            return at
        if alone and seen and not blocks[at - 1] and not (_ENTRY.match(block) or _PAGED.search(block)):
            return at  # a line alone after a wide gap is the first heading of the book
        seen.update(keys)
    return len(blocks)


def without_contents(blocks: list[str]) -> list[str]:
    """The blocks without lists of contents in the first part of a book ("" stands for a wide gap between blocks)."""
    titles = [at for at, block in enumerate(blocks[:_FRONT]) if _TITLE.match(block.partition("\n")[0][:60])]
    if not titles:
        return blocks
    last, kept, done = _last_seen(blocks), list[str](), 0
    for at in titles:
        if at < done:
            continue
        rest = blocks[at].partition("\n")[2]
        if rest and not _entries(rest, at, last):
            continue  # a chapter called "Contents", or verse that begins so
        kept += blocks[done:at]
        done = _list_end(blocks, at + 1, last)
    return kept + blocks[done:]
