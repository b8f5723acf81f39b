"""Pages over HTTP from a server of our own: polite, resumed, cut off in time, and never led behind somebody's door."""

import gzip
import http.server
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from foundling.corpus import Dropped, gather
from foundling.corpus.sources import Limits
from foundling.corpus.sources.addresses import open_numbers, plain
from foundling.corpus.sources.unpacking import Refused
from foundling.records import BadInput, Origin, Story

LIMITS = Limits(pause=0.0, wait=2.0, page_seconds=1.0, page=2**20)
PROSE = "Ida carried the blue jug to the well.\n"


@dataclass
class Site:
    """What the server gives: path -> (status, headers, body); what it was asked, and when."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def site():
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            site.times.append(time.monotonic())
            site.headers.append({k.lower(): v for k, v in self.headers.items()})
            status, headers, body = site.pages.get(self.path, (404, {}, b"nothing here"))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                if name != "Drip":
                    self.send_header(name, value)
            self.end_headers()
            try:
                for start in range(0, len(body), 1 if "Drip" in headers else 2**20):
                    self.wfile.write(body[start:start + (1 if "Drip" in headers else 2**20)])
                    self.wfile.flush()
                    time.sleep(0.1 if "Drip" in headers else 0)
            except OSError:
                return

        def log_message(self, *_):
            return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()


def ok(body: str | bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, \
        body if isinstance(body, bytes) else body.encode()


def sitemap(*addresses: str, root: str = "urlset", item: str = "url") -> str:
    picture = "<image:image><image:loc>http://10.0.0.1/</image:loc></image:image>"
    places = "".join(f"<{item}><loc>{a}</loc>{picture}</{item}>" for a in addresses)
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i"'
    return f'<?xml version="1.0"?><{root} {names}>{places}</{root}>'


def refused(address: str, **given: object) -> str:
    with pytest.raises(BadInput) as fault:
        list(gather([address], limits=LIMITS, **given))
    return str(fault.value)


def test_a_page_is_read_once_and_then_from_the_cache(site, tmp_path):
    site.pages["/a%20b/the-jug.txt?x=1"] = ok(PROSE, ETag='"1"')
    address = f"{site.address}/a b/the-jug.txt?x=1#part"
    given = Origin(licence="CC0")
    first = list(gather([address], cache=tmp_path, limits=LIMITS, given=given))
    (story,) = first
    assert (story.text, story.source) == (PROSE.strip(), f"{site.address}/a%20b/the-jug.txt?x=1")
    assert story.origin.licence == "CC0" and story.origin.retrieved.endswith("+00:00")
    assert site.asked == ["/robots.txt", "/a%20b/the-jug.txt?x=1"]
    assert site.headers[1]["user-agent"].startswith("Foundling/")
    assert list(gather([address], cache=tmp_path, limits=LIMITS, given=given)) == first and len(site.asked) == 2
    assert list(gather([address], cache=tmp_path, limits=LIMITS, given=given, fresh=True)) == first
    assert site.headers[-1]["if-none-match"] == '"1"' and len(site.asked) == 4
    site.pages["/a%20b/the-jug.txt?x=1"] = ok("Another.", ETag='"2"')
    (changed,) = gather([address], cache=tmp_path, limits=LIMITS, fresh=True)
    assert changed.text == "Another."
    assert [p for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_robots_are_obeyed_and_remembered(site, tmp_path):
    site.pages |= {"/robots.txt": ok("User-agent: *\nDisallow: /closed\n\nUser-agent: Foundling\nDisallow: /shut/\n"),
                   "/closed/a.txt": ok(PROSE), "/shut/a.txt": ok(PROSE)}
    assert len(list(gather([f"{site.address}/closed/a.txt"], cache=tmp_path, limits=LIMITS))) == 1
    assert refused(f"{site.address}/shut/a.txt", cache=tmp_path) == (
        f"{site.address}/shut/a.txt is closed to programs by the robots.txt of its host.")
    assert site.asked == ["/robots.txt", "/closed/a.txt"]
    site.pages |= {"/robots.txt": (503, {"Retry-After": "999"}, b"")}
    assert "robots.txt that cannot be read" in refused(f"{site.address}/a.txt")
    site.pages |= {"/robots.txt": ok("User-agent: *\nCrawl-delay: 900\n")}
    assert "asks for 900 seconds between two questions" in refused(f"{site.address}/a.txt")


def test_pauses_and_patience(site):
    site.pages |= {f"/{n}.txt": ok(f"{n} {PROSE}") for n in "abc"}
    addresses = [f"{site.address}/{n}.txt" for n in "abc"]
    assert len(list(gather(addresses, limits=Limits(pause=0.2)))) == 3
    gaps = [b - a for a, b in zip(site.times, site.times[1:], strict=False)]
    assert len(gaps) == 3 and min(gaps) > 0.19
    site.pages["/a.txt"] = (429, {"Retry-After": "1"}, b"")
    threading.Timer(0.5, lambda: site.pages.update({"/a.txt": ok(PROSE)})).start()
    began = time.monotonic()
    assert len(list(gather(addresses[:1], limits=LIMITS))) == 1
    assert 0.9 < time.monotonic() - began < 5
    site.pages["/a.txt"] = (503, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, b"")
    assert "its host asks to be left alone for" in refused(addresses[0])


def test_redirects_end(site):
    site.pages |= {"/a": (301, {"Location": "/b"}, b""), "/b": (302, {"Location": "c.txt"}, b""), "/c.txt": ok(PROSE),
                   "/loop": (302, {"Location": "/loop"}, b""), "/file": (302, {"Location": "file:///etc/passwd"}, b""),
                   "/door": (302, {"Location": "http://u:p@127.0.0.1/"}, b""),
                   "/in": (302, {"Location": "http://127.0.0.1:9/"}, b""),
                   "/six": (302, {"Location": "http://[::ffff:10.0.0.1]/"}, b"")}
    (story,) = gather([f"{site.address}/a"], limits=LIMITS)
    assert story.source == f"{site.address}/a"
    private = "which is inside a private network: type that address yourself if you mean it"
    for path, reason in {
        "/loop": "is redirected more than 3 times", "/file": "is no address of the web (http or https)",
        "/door": "carries a name and a password: only what is open to all is read",
        "/in": f"leads to 127.0.0.1, {private}", "/six": f"leads to ::ffff:10.0.0.1, {private}",
    }.items():
        assert refused(site.address + path) == f"{site.address}{path} {reason}."


@pytest.mark.parametrize("number", ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
                                    "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1",
                                    "64:ff9b::7f00:1", "2002:7f00:1::"])
def test_private_numbers_are_not_asked(number, monkeypatch):
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(family, 1, 6, "", ("93.184.216.34", 80)),
                                                                 (family, 1, 6, "", (number, 80))])
    with pytest.raises(Refused, match="inside a private network"):
        open_numbers(("books.example", 80))
    assert open_numbers(("books.example", 80), [number]) == ["93.184.216.34", number]


def test_addresses_are_made_plain():
    assert plain("HTTP://B\u00fccher.example/\u00e4 b?q=\u00fc#x") == "http://xn--bcher-kva.example/%C3%A4%20b?q=%C3%BC"
    assert plain("https://[::1]:8080") == "https://[::1]:8080/"
    assert "\n" not in plain("http://x/a\r\nHost: y")
    for wrong in ("http://", "http://a:b@x/", "http://x:99999/", "gopher://x/", "http://[::1/", "http://a b/", "http://\0/"):
        with pytest.raises(Refused):
            plain(wrong)
    assert refused("http://ida:secret@127.0.0.1/") == (
        "127.0.0.1/ carries a name and a password: only what is open to all is read.")


def test_sitemaps_of_sitemaps(site, tmp_path):
    at = site.address
    pages = {f"/p{n}.txt": ok(f"{n} {PROSE}") for n in range(6)}
    site.pages |= pages | {
        "/index.xml": ok(sitemap(
            f"{at}/one.xml.gz", f"{at}/two.xml", f"{at}/index2.xml", root="sitemapindex", item="sitemap")),
        "/one.xml.gz": ok(gzip.compress(sitemap(f"{at}/p1.txt", f"{at}/p0.txt", f"{at}/p1.txt").encode())),
        "/two.xml": ok(sitemap(f"{at}/gone.txt", "http://10.0.0.1/", "file:///x", f"{at}/p2.txt")),
        "/index2.xml": ok(sitemap(f"{at}/two.xml", root="sitemapindex", item="sitemap")),
    }
    found = list(gather([f"{at}/index.xml"], cache=tmp_path, limits=LIMITS))
    assert [urlsplit(f.source).path for f in found if isinstance(f, Story)] == ["/p1.txt", "/p0.txt", "/p2.txt"]
    reasons = {f.source: f.reason for f in found if isinstance(f, Dropped)}
    assert reasons[f"{at}/gone.txt"] == "is not given out (answer 404)"
    assert reasons["http://10.0.0.1/"].startswith("leads to 10.0.0.1, which is inside a private network")
    assert reasons[f"{at}/index2.xml"] == "is a sitemap inside of a sitemap: give it by itself"
    assert reasons[f"{at}/two.xml"] == "is no address of the web (http or https)" and len(reasons) == 4
    count = len(site.asked)
    again = list(gather([f"{at}/index.xml"], cache=tmp_path, limits=LIMITS))
    assert again == found and len(site.asked) == count


def test_sitemaps_that_are_traps(site):
    at = site.address
    site.pages["/many.xml"] = ok(sitemap(*(f"{at}/{n}.txt" for n in range(50))))
    found = list(gather_all(f"{at}/many.xml", Limits(pause=0.0, addresses=10)))
    assert found[-1].reason == "lists more than 10 addresses: the rest was left" and len(found) == 11
    laughs = "<!DOCTYPE x [<!ENTITY a 'ha'>]>" + sitemap(f"{at}/&a;")
    site.pages["/laugh.xml"] = ok(laughs)
    assert "document type" in refused(f"{at}/laugh.xml")
    site.pages |= {"/cut.xml": ok(sitemap(f"{at}/p.txt")[:-8]), "/p.txt": ok(PROSE)}
    story, drop = gather([f"{at}/cut.xml"], limits=LIMITS)
    assert isinstance(story, Story) and "broken XML" in drop.reason


def gather_all(address: str, limits: Limits) -> list[Story | Dropped]:
    found = []
    with pytest.raises(BadInput):  # not one story in it
        for one in gather([address], limits=limits):
            found.append(one)
    return found


def test_slow_and_large_answers_are_cut_off(site):
    site.pages |= {
        "/drip.txt": (200, {"Drip": "yes"}, b"x" * 1_000), "/big.txt": ok(b"x" * (2**20 + 1)),
        "/bomb.txt": ok(gzip.compress(b"boom " * 10**6), Content_Encoding="gzip"),
        "/packed.txt": ok(gzip.compress(PROSE.encode()), Content_Encoding="gzip"),
        "/odd.txt": ok(PROSE, Content_Encoding="br"),
        "/short.txt": ok(PROSE, Content_Length="9999"), "/none.txt": (204, {}, b""), "/err.txt": (500, {}, b"x"),
    }
    (story,) = gather([f"{site.address}/packed.txt"], limits=LIMITS)
    assert story.text == PROSE.strip()
    began = time.monotonic()
    for path, reason in {"/drip.txt": "took longer than 1 seconds to fetch", "/big.txt": "is larger than 1 MB",
                         "/bomb.txt": "is larger than 1 MB", "/err.txt": "is not given out now (answer 500)",
                         "/odd.txt": "comes packed in a way that was not asked for (br)",
                         "/none.txt": "is not given out (answer 204)"}.items():
        assert refused(site.address + path) == f"{site.address}{path} {reason}."
    assert refused(f"{site.address}/short.txt").split(" ", 1)[1] in (
        "breaks off in the middle.", "took longer than 1 seconds to fetch.")
    assert time.monotonic() - began < 8


def test_a_server_that_is_not_there_or_speaks_nonsense():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def nonsense():
            talk, _ = server.accept()
            talk.recv(1_000)
            talk.sendall(b"\xff\0 no http\r\n\r\n")
            talk.close()
        threading.Thread(target=nonsense, daemon=True).start()
        assert "breaks the rules of HTTP" in refused(f"http://127.0.0.1:{port}/a.txt")
    assert "cannot be reached (Connection refused)" in refused("http://127.0.0.1:9/a.txt")


def test_half_a_sitemap_is_resumed(site, tmp_path):
    at = site.address
    site.pages |= {f"/p{n}.txt": ok(f"{n} {PROSE}") for n in range(6)} | {
        "/map.xml": ok(sitemap(*(f"{at}/p{n}.txt" for n in range(6))))}
    coming = gather([f"{at}/map.xml"], cache=tmp_path, limits=LIMITS)
    first = [next(coming) for _ in range(3)]
    coming.close()
    assert site.asked[-1] == "/p2.txt"
    site.asked.clear()
    found = list(gather([f"{at}/map.xml"], cache=tmp_path, limits=LIMITS))
    assert found[:3] == first and len(found) == 6 and site.asked == ["/p3.txt", "/p4.txt", "/p5.txt"]
