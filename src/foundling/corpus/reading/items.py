"""A stream of JSON in, the elements of its long lists out, one at a time: a dump is never in memory as a whole.

It gives no meaning to any key.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from foundling.corpus.reading.document import Unreadable

LARGEST_ITEM = 32 * 2**20  # characters; a forum's longest topic fits
_DEEPEST = 500
_CHUNK = 65_536
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A value found at `key`; `listed` when it is an element of that key's list and no plain value beside one; `depth`
    counts the brackets around it."""

    key: str
    value: Any
    listed: bool
    depth: int


@dataclass
class _Scan:
    """Where the scan stands: open brackets with the key they hang on, and the text that is not yet used up."""

    lists: tuple[str, ...]
    stack: list[tuple[str, str]] = field(default_factory=list)
    key: str = ""
    buffer: str = ""
    used: int = 0
    begun: int = -1  # where the element being captured begins, -1 outside of one
    begun_depth: int = 0


def parsed(text: str) -> Any:
    """The JSON value. Raises Unreadable for broken JSON and for nesting that no document needs."""
    try:
        return json.loads(text, strict=False)
    except RecursionError as fault:
        raise Unreadable("is nested too deeply to be read") from fault
    except ValueError as fault:
        raise Unreadable(f"is broken JSON ({str(fault)[:120]})") from fault


def _finished(scan: _Scan, end: int) -> Item:
    text = scan.buffer[scan.begun:end]
    scan.begun = -1
    return Item(key=scan.stack[-1][1] if scan.stack else "", value=parsed(text), listed=True, depth=len(scan.stack))


def _step(scan: _Scan, token: str, start: int, end: int) -> Item | None:
    """One token further; an item when one is complete."""
    stack = scan.stack
    inside = bool(stack) and stack[-1][0] == "[" and stack[-1][1] in scan.lists
    if scan.begun < 0 and inside and token not in ",]":
        scan.begun, scan.begun_depth = start, len(stack)
    if token in ("[", "{"):
        if len(stack) >= _DEEPEST:
            raise Unreadable("is nested too deeply to be read")
        stack.append((token, scan.key))
        scan.key = scan.key if token == "[" else ""
        return None
    if token in ("]", "}"):
        if not stack or stack.pop()[0] != ("[" if token == "]" else "{"):
            raise Unreadable("is broken JSON (a bracket closes that was never opened)")
        scan.key = ""
        return _finished(scan, end) if scan.begun >= 0 and len(stack) == scan.begun_depth else None
    if token in (",", ":"):
        if token == ",":
            scan.key = ""
        return None
    if scan.begun >= 0:
        return _finished(scan, end) if len(stack) == scan.begun_depth else None
    if stack and stack[-1][0] == "{" and not scan.key:
        scan.key = str(parsed(token)) if token[0] == '"' else ""
        return None
    if token[0] == '"' or token.isalnum():
        return Item(key=scan.key, value=parsed(token), listed=False, depth=len(stack))
    return None


def json_items(stream: BinaryIO, lists: tuple[str, ...]) -> Iterator[Item]:
    """Elements of every list whose key is in `lists` ("" is a list at the top), and the plain values around them.

    Raises Unreadable for broken JSON, an element of more than 32 million characters, deep nesting, and a cut end; what
    stood before it has come out by then.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    scan, last = _Scan(lists=lists), False
    while not last:
        keep = scan.begun if scan.begun >= 0 else scan.used
        scan.used -= keep
        scan.begun = 0 if scan.begun >= 0 else -1
        scan.buffer = scan.buffer[keep:]
        data = stream.read(max(_CHUNK, len(scan.buffer)))  # growing: no string is scanned over and over
        last = not data
        scan.buffer += decoder.decode(data, last)
        if len(scan.buffer) > LARGEST_ITEM:
            raise Unreadable(f"holds a piece of more than {LARGEST_ITEM // 2**20} million characters")
        while match := _TOKEN.search(scan.buffer, scan.used):
            # What touches the end may go on in the next bytes; a lone quote never matches, so it waits there too.
            if (match.end() == len(scan.buffer) and not last) or '"' in scan.buffer[scan.used:match.start()]:
                break
            scan.used = match.end()
            if item := _step(scan, match[0], match.start(), match.end()):
                yield item
        else:
            continue
    if scan.stack or '"' in scan.buffer[scan.used:]:
        raise Unreadable("is JSON that breaks off before its end")
