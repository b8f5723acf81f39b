"""Addresses in, pages as open streams out, asked for politely and kept: robots.txt, one question at a time, pauses.

It finds no links: a person names a page or a sitemap. Robots Exclusion Protocol: RFC 9309.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from foundling import __version__
from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.sources.addresses import Door, door, joined, numbers, plain
from foundling.corpus.sources.asking import Answer, Later, ask
from foundling.corpus.sources.limits import Limits
from foundling.corpus.sources.naming import shown
from foundling.corpus.sources.pages import Meta, Pages
from foundling.corpus.sources.sitemaps import listed, sitemap_kind
from foundling.corpus.sources.unpacking import BLOCK, Refused
from foundling.records import BadInput, Origin

AGENT = "Foundling"
_NAME = f"{AGENT}/{__version__} (gathers texts for a small language model; obeys robots.txt)"
_PATIENCE = 60.0  # seconds that a server may ask us to wait
_TRIES = 3
_RULES = 512 * 2**10  # bytes of robots.txt that count (RFC 9309, 2.5)


def _asked_pause(answer: Answer) -> float:
    """Seconds that the server asks to be left alone for; both forms of Retry-After. 0 where it says nothing."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return 0.0
    return max(0.0, when.timestamp() - time.time())


class Web:
    """What is asked of the web in one gathering. cache: None keeps pages only until it is closed."""

    def __init__(self, *, cache: Path | None, limits: Limits, fresh: bool = False) -> None:
        self._cache, self._limits, self._fresh = cache, limits, fresh
        self._stack = ExitStack()
        self._pages: Pages | None = None
        self._rules: dict[Door, RobotFileParser | None] = {}
        self._numbers: dict[Door, list[str]] = {}
        self._next: dict[str, float] = {}
        self._new: set[str] = set()

    def __enter__(self) -> "Web":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self._stack.close()

    def pages(self, typed: str, given: Origin, column: str = "") -> Iterator[Opened | Dropped]:
        """The page at an address that a person typed, or all that a sitemap there lists, as its server lists them.

        Raises BadInput when it is no address.
        """
        try:
            address = plain(typed)
        except Refused as fault:
            raise BadInput(f"{shown(typed.rpartition('@')[2])} {fault}.") from fault
        self._numbers.setdefault(door(address), [])
        seen = {address}
        for found in self._found(address, 0, seen):
            if isinstance(found, Dropped):
                yield found
                continue
            body = self._kept().body(found.address)
            origin = replace(given, retrieved=given.retrieved or found.retrieved)
            with body.open("rb", buffering=BLOCK) as stream:
                yield Opened(name=found.address, stream=stream, path=body, origin=origin, column=column)

    def _found(self, address: str, level: int, seen: set[str]) -> Iterator[Meta | Dropped]:
        try:
            meta = self._page(address)
            if meta.status != 200:
                raise Refused(f"is not given out (answer {meta.status})")
            body = self._kept().body(address).read_bytes()
            kind = sitemap_kind(body)
            if kind and level > (1 if kind == "urlset" else 0):
                raise Refused("is a sitemap inside of a sitemap: give it by itself")
            if not kind:
                yield meta
                return
            for line in listed(body):
                if len(seen) > self._limits.addresses:
                    raise Refused(f"lists more than {self._limits.addresses:,} addresses: the rest was left")
                yield from self._listed(address, line, level, seen)
        except Refused as fault:
            yield Dropped(title=address, reason=str(fault), source=address)

    def _listed(self, base: str, line: str, level: int, seen: set[str]) -> Iterator[Meta | Dropped]:
        try:
            inside = joined(base, line)
        except Refused as fault:
            yield Dropped(title=shown(line), reason=str(fault), source=base)
            return
        if inside not in seen:
            seen.add(inside)
            yield from self._found(inside, level + 1, seen)

    def _kept(self) -> Pages:
        if self._pages is None:
            folder = self._cache or Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
            self._pages = Pages(folder)
        return self._pages

    def _page(self, address: str, rules: bool = True) -> Meta:
        """What is kept of a page, asked for if need be. Raises Refused; what may pass is not remembered."""
        known = self._kept().meta(address)
        if known is not None and (not self._fresh or address in self._new):
            return known
        headers = {"User-Agent": _NAME, "Accept-Encoding": "gzip", "Connection": "close"}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        elif known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        answer = self._followed(address, headers, rules)
        self._new.add(address)
        if answer.status == 304 and known is not None:
            return known
        if answer.status >= 500 or answer.status in (408, 425):
            raise Later(f"is not given out now (answer {answer.status})")
        body = answer.body if answer.status == 200 else b""
        retrieved = datetime.now(UTC).isoformat(timespec="seconds")
        if known is not None and self._kept().body(address).read_bytes() == body:
            retrieved = known.retrieved
        meta = Meta(address=address, status=answer.status, retrieved=retrieved,
                    etag=answer.headers.get("etag", ""), modified=answer.headers.get("last-modified", ""))
        self._kept().keep(meta, body)
        return meta

    def _followed(self, address: str, headers: dict[str, str], rules: bool) -> Answer:
        at = address
        for _ in range(self._limits.redirects + 1):
            if rules and not self._allowed(at):
                raise Refused("is closed to programs by the robots.txt of its host")
            answer = self._polite(at, headers)
            place = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not place:
                return answer
            at = joined(at, place)
        raise Refused(f"is redirected more than {self._limits.redirects} times")

    def _polite(self, address: str, headers: dict[str, str]) -> Answer:
        """One question, after the pause that its host is due, and again when the host asks for patience."""
        place = door(address)
        for _ in range(_TRIES):
            time.sleep(max(0.0, self._next.get(place[0], 0.0) - time.monotonic()))
            if self._numbers.get(place) == []:  # typed by a person: what it means now is what was meant
                self._numbers[place] = numbers(place)
            try:
                answer = ask(address, headers, self._limits, self._numbers.get(place, []))
            finally:
                self._next[place[0]] = time.monotonic() + self._pause(place)
            if answer.status not in (429, 503):
                return answer
            wait = _asked_pause(answer) or self._limits.pause
            if wait > _PATIENCE:
                raise Later(f"is not given out now: its host asks to be left alone for {wait:.0f} seconds")
            self._next[place[0]] = time.monotonic() + max(wait, self._pause(place))
        raise Later(f"is not given out now (answer {answer.status}, {_TRIES} times)")

    def _pause(self, place: Door) -> float:
        rules = self._rules.get(place)
        return max(self._limits.pause, float((rules and rules.crawl_delay(AGENT)) or 0.0))

    def _allowed(self, address: str) -> bool:
        place = door(address)
        if place not in self._rules:
            self._rules[place] = self._read_rules(address)
        rules = self._rules[place]
        if self._pause(place) > _PATIENCE:
            raise Refused(f"asks for {self._pause(place):.0f} seconds between two questions, which is too slow")
        return rules is None or rules.can_fetch(AGENT, address)

    def _read_rules(self, address: str) -> RobotFileParser | None:
        """The rules of a host; None where it has none. A host that cannot say shuts everything (RFC 9309, 2.3.1)."""
        where = urljoin(address, "/robots.txt")
        rules = RobotFileParser(where)
        try:
            meta = self._page(where, rules=False)
        except Later as fault:
            if not str(fault).startswith("is not given out"):  # the host itself is not to be had
                raise
            raise Later(f"has a robots.txt that cannot be read: it {fault}") from fault
        if meta.status != 200:
            return None
        body = self._kept().body(where).read_bytes()[:_RULES]
        rules.parse(body.decode("utf-8", "replace").lstrip("\ufeff").splitlines())
        return rules
