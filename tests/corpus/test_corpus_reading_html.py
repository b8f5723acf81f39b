"""Web pages: the main text, in paragraphs, with what the page says of itself; hostile ones are refused."""

import io

import pytest

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import Opened, html, read
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.markup import paragraphs, tag_count, xml
from foundling.records import Origin

PAGE = """<!doctype html><html lang="en-GB"><head><title>The well &amp; the jug</title>
<meta name="author" content="Ada North"><meta property="article:published_time" content="1999-05-04T10:00:00Z">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"><style>p { color: red }</style></head><body>
<nav><a href="/">Home page</a> <a href="/b">All books</a></nav><article><h1>The well</h1>
<p>Ida carried the blue jug to the well every
morning, and nobody in the village knew why she did so.</p>
<p>One day the goat followed her. It was a long way, and the <em>old</em> goat complained about each stone.</p>
<ul><li>bread</li><li>cheese</li></ul><p>Then they<br>sat down &mdash; and ate.</p></article>
<script>var x = "<p>no</p>";</script><footer>Imprint and cookies</footer></body></html>"""
TEXT = ["The well",
        "Ida carried the blue jug to the well every morning, and nobody in the village knew why she did so.",
        "One day the goat followed her. It was a long way, and the old goat complained about each stone.",
        "bread\ncheese", "Then they\nsat down — and ate."]


def one(data: bytes, name: str = "x.html", origin: Origin | None = None):
    (thing,) = read(Opened(name=name, stream=io.BytesIO(data), origin=origin or Origin()))
    return thing


@pytest.mark.parametrize("missing", [(), ("trafilatura",), ("trafilatura", "resiliparse")])
def test_a_page_gives_its_main_text_by_any_extractor(monkeypatch, missing):
    found = html.find_spec
    monkeypatch.setattr(html, "find_spec", lambda name: None if name in missing else found(name))
    story = one(PAGE.encode(), "page.md")
    assert story.title == "The well & the jug"
    assert story.origin == Origin(kind="html", author="Ada North", date="1999-05-04T10:00:00Z", language="en",
                                  licence="https://creativecommons.org/licenses/by/4.0/")
    if missing == ("trafilatura",):  # resiliparse marks list items and keeps its own line breaks
        assert [" ".join(part.split()) for part in story.text.split("\n\n")][1:3] == TEXT[1:3]
    else:
        assert story.text.split("\n\n") == TEXT
    assert "Imprint" not in story.text and "Home" not in story.text and "no" not in story.text.split()


def test_what_a_person_typed_goes_before_what_the_page_says():
    assert one(PAGE.encode(), origin=Origin(licence="own", consent="own")).origin.licence == "own"


def test_nested_lists_are_told_once_and_in_order():
    page = PAGE.replace("<li>cheese</li>", "<li>cheese <b>and</b> more<ul><li>old</li></ul></li>")
    assert "bread\ncheese and more\nold\n\nThen they" in one(page.encode()).text


def test_a_page_says_its_encoding():
    page = '<html><head><meta charset="windows-1251"></head><body><p>Девочка</p></body></html>'
    assert one(page.encode("cp1251")).text == "Девочка"
    assert one(page.encode("utf-16")).text == "Девочка"


def test_a_page_of_navigation_alone_keeps_its_text():
    assert one(b"<html><body><nav>Ida has a jug</nav></body></html>").text == "Ida has a jug"


def test_a_gutenberg_page_loses_its_licence():
    page = ("<html><body><p>The Project Gutenberg eBook of Jugs</p><p>*** START OF THE PROJECT GUTENBERG EBOOK JUGS ***"
            "</p><p>Ida ran to the well.</p><p>*** END OF THE PROJECT GUTENBERG EBOOK JUGS ***</p><p>More</p></body>")
    assert one(page.encode()).text == "Ida ran to the well."


def test_tables_lists_and_preformatted_lines():
    page = "<table><tr><td>a</td><th>b</th></tr><tr><td>c</td></tr></table><pre>x\n  y</pre><p>1<p>2<ol><li>i<li>j</ol>"
    assert paragraphs(page) == ["a b\nc", "x\n  y", "1", "2", "i\nj"]


HOSTILE = {
    "100,000 nested <div>": (b"<div>" * 100_000 + b"x", "nests HTML elements more than 256 deep"),
    "nested and self-closed": (b"<html>" + b"<div/>" * 100_000, "nests HTML elements more than 256 deep"),
    "a million tags": (b"<html><p>&" + b"<b></b>" * 600_000, "has more than 1,000,000 HTML tags"),
    "too large": (b"<html>" + b"word\n" * (17 * 2**20 // 5), "is larger than 16 MB"),
    "nothing but tags": (b"<html><body></body></html>", "has no text in it"),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_monsters_are_refused(data, reason):
    drop = one(data)
    assert isinstance(drop, Dropped) and drop.reason.startswith(reason)


@pytest.mark.parametrize("piece", [
    "<a ", "<!--", "<![CDATA[", "<script", "<a" + "a" * 99, "</p", "<p>&", "<?", "&#", "<a b='"])
def test_broken_markup_takes_linear_time(piece):
    text = piece * (2**19 // len(piece))
    tag_count(text, "HTML")
    assert isinstance(paragraphs(text), list)  # quadratic work would take minutes


ENTITIES = '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(("data", "reason"), [
    (ENTITIES.encode(), "declares XML entities"), (ENTITIES.encode("utf-16"), "declares XML entities"),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd" [ ]><a/>', "declares XML entities"),
    (b"<a>" * 300, "nests XML elements"), (b"<a><b></a>", "holds XML that is broken"),
    (b"", "holds XML that is broken")])
def test_xml_that_attacks_or_breaks_is_refused(data, reason):
    with pytest.raises(Unreadable, match=reason):
        xml(data)


def test_xml_in_its_declared_encoding():
    assert xml("<?xml version='1.0' encoding='iso-8859-1'?><a>Zoë</a>".encode("latin-1")).text == "Zoë"
    assert xml("<?xml version='1.0' encoding='UTF-8'?><a>Zoë<p/></a>".encode("utf-8-sig")).text == "Zoë"
