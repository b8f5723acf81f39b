"""Bytes in, text with plain line ends out, and by which encoding. It never fails, and says when it had to guess.

A byte-order mark decides; then whether the bytes are valid UTF-8; then the zeros that UTF-16 leaves in Western text;
only then is guessed, by charset-normalizer where it is installed, else Windows-1252. It does not mend wrong text.
"""

import codecs
from collections.abc import Iterator
from importlib.util import find_spec
from typing import BinaryIO

LONGEST_LINE = 2**20  # characters; what is longer is no line that a person wrote
_CHUNK = 2**16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What people's files are in. Without a list charset-normalizer finds rare code pages in short texts.
_LIKELY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "shift_jis", "euc_jp",
           "gb18030", "big5", "euc_kr"]
_LEAST_FOREIGN = 64  # fewer bytes beyond ASCII are too few to tell one code page from another


def marked(data: bytes) -> tuple[str, int]:
    """The encoding that the first bytes give away and the length of their mark; ("", 0) where they give none."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, len(mark)
    head = data[:4096]
    if b"\0" in head:
        even, odd = head[::2], head[1::2]
        zeros = even.count(0) / max(1, len(even)), odd.count(0) / max(1, len(odd))
        if zeros[1] >= 0.4 and zeros[0] <= 0.02:
            return "utf-16-le", 0
        if zeros[0] >= 0.4 and zeros[1] <= 0.02:
            return "utf-16-be", 0
    return "", 0


def _guess(data: bytes) -> str:
    first = next((i for i, byte in enumerate(data) if byte > 127), 0)
    sample = data[max(0, first - 1024) : first + _CHUNK]
    if find_spec("charset_normalizer") and sum(byte > 127 for byte in sample) >= _LEAST_FOREIGN:
        from charset_normalizer import from_bytes

        best = from_bytes(sample, cp_isolation=_LIKELY).best()
        if best is not None and best.encoding != "ascii":
            return str(best.encoding)
    return "cp1252"


def _nearly_utf8(data: bytes) -> str | None:
    """The text, where a few bytes alone are wrong (a file cut off, one bad quotation); None where it is no UTF-8."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    foreign = sum(byte >= 0xC2 for byte in data[:2**20]) if wrong > 1 else 0
    try:
        data[:-3].decode("utf-8")
        return text if len(data) > 3 and max(data[:-3]) > 127 else None
    except UnicodeDecodeError as fault:
        if fault.reason == "unexpected end of data" and fault.start >= len(data) - 6:
            return text
    return text if foreign > 20 * wrong else None


def _decoded(data: bytes) -> tuple[str, str]:
    name, length = marked(data)
    if name:
        return data[length:].decode(name, "replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = _nearly_utf8(data)
    if text is not None:
        return text, "utf-8 (guessed)"
    name = _guess(data)
    try:
        return data.decode(name), f"{name} (guessed)"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252 (guessed)"


def decode(data: bytes) -> tuple[str, str]:
    """The text, its line ends made line feeds, and the encoding it was in, with "(guessed)" after what was guessed.

    Never raises: bytes that mean nothing in the encoding become U+FFFD.
    """
    text, name = _decoded(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, name


def glance(head: bytes) -> str:
    """The beginning of a text, decoded quickly and well enough to see what it is."""
    name, length = marked(head)
    if name:
        return head[length:].decode(name, "replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as fault:
        text = head.decode("utf-8", "ignore") if fault.start > len(head) - 4 else head.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream as UTF-8 where a mark or its zeros say what it is, else as it is."""
    chunk = stream.read(_CHUNK)
    name, length = marked(chunk)
    chunk = chunk[length:]
    decoder = codecs.getincrementaldecoder(name)("replace") if name not in ("", "utf-8") else None
    while chunk:
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
        chunk = stream.read(_CHUNK)


def _line(raw: bytes) -> str:
    """One line. Logs of many people mix encodings, so each line stands for itself."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def lines(stream: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[str]:
    """The lines of a stream without their ends, holding one line and one chunk at a time.

    A line of more than `longest` bytes comes in pieces, so that a stream without line ends cannot fill the memory.
    """
    rest = b""
    for chunk in _chunks(stream):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            yield from _line(raw.removesuffix(b"\r")).split("\r")
        while len(rest) >= longest:
            cut = longest
            while cut > longest - 4 and cut < len(rest) and rest[cut] & 0xC0 == 0x80:
                cut -= 1  # between characters, not inside one
            yield from _line(rest[:cut]).split("\r")
            rest = rest[cut:]
    if rest:
        yield from _line(rest.removesuffix(b"\r")).split("\r")
