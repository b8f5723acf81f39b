"""Web archives, wikis, feeds, mail boxes and tables are read into exactly the stories that they hold."""
# ruff: noqa: E501 (lines of the formats stand as they are)

import gzip
import io
import json

import pyarrow
import pyarrow.parquet as parquet
import pytest

from foundling.corpus import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.registry import reader
from foundling.records import Origin, Story


def read(kind, data, name="a_box.x", **known):
    data = data.encode() if isinstance(data, str) else data
    return list(reader(kind)(Opened(name=name, stream=io.BytesIO(data), **known)))


def stories(kind, data, **known):
    found = read(kind, data, **known)
    assert all(isinstance(thing, Story) for thing in found), found
    return found


def reasons(kind, data, **known):
    return [thing.reason for thing in read(kind, data, **known) if isinstance(thing, Dropped)]


def record(kind, address, body, content="application/http; msgtype=response"):
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: {content}\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body + b"\r\n\r\n"


SENTENCE = "The ferry waited for the old café owner until the lamps were lit. "
PAGE = record("response", "http://x.org/1", b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + (
    f"<html><head><title>The ferry</title></head><body><nav><a href=/>Home</a></nav><article><p>{SENTENCE * 5}</p>"
    "</article></body></html>").encode())
LOST = record("response", "http://x.org/0", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>Gone</p>")
WET = record("conversion", "http://x.org/2", "Grüße an alle".encode(), "text/plain")


@pytest.mark.parametrize("data", [
    LOST + PAGE + WET, gzip.compress(LOST) + gzip.compress(PAGE) + gzip.compress(WET)])
def test_pages_of_a_web_archive(data):
    page, text = stories("warc", data)
    assert (page.title, page.text, page.source) == ("The ferry", (SENTENCE * 5).strip(), "a_box.x#http://x.org/1")
    assert (text.title, text.text) == ("http://x.org/2", "Grüße an alle")
    assert page.origin == Origin(kind="warc", date="2024-05-01T10:00:00Z", retrieved="2024-05-01T10:00:00Z")


def test_a_cut_web_archive_keeps_what_came_before():
    page, cut = read("warc", gzip.compress(PAGE) + gzip.compress(WET)[:-60])
    assert page.title == "The ferry" and isinstance(cut, Dropped)
    page, junk = read("warc", PAGE + b"nothing of the kind\r\n\r\n" + WET)
    assert page.title == "The ferry" and isinstance(junk, Dropped)
    short, = read("warc", WET[:-12])
    assert short.reason == "is a record that breaks off before its end"


def test_a_large_record_is_left_out_and_the_next_is_read():
    large, text = read("warc", record("conversion", "http://x.org/3", b"a" * (16 * 2**20 + 1), "text/plain") + WET)
    assert (large.reason, text.text) == ("is a record of more than 16 MB", "Grüße an alle")


WIKI = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/"><page><title>Ada</title><ns>0</ns><id>1</id><revision>
<timestamp>2020-01-01T00:00:00Z</timestamp><text>{{Box|a=b {{c}}}}'''Ada''' was a [[writer|maker of verse]] of [[Bath]].\
&lt;ref name=x&gt;Foo&lt;/ref&gt;[[File:A.jpg|thumb|A [[cat]] here]]&lt;!-- hm --&gt;

== Life ==
She ''lived'' (born {{date}}) well &amp;ndash; often.
* one
* two
{| class=x
|-
| cell
|}
=== Empty ===
== References ==
{{reflist}}
[[Category:People]]</text></revision></page>
<page><title>R</title><ns>0</ns><redirect title="Ada"/><revision><text>#REDIRECT [[Ada]]</text></revision></page>
<page><title>Talk:A</title><ns>1</ns><revision><text>x</text></revision></page></mediawiki>"""


def test_an_article_without_its_machinery():
    article, others = read("wikipedia", WIKI)
    assert article.text == "Ada was a maker of verse of Bath.\n\nLife\n\nShe lived (born) well – often.\none\ntwo"
    assert article.title == "Ada" and article.origin == Origin(
        kind="wikipedia", author="Wikipedia contributors", licence="CC BY-SA 4.0", date="2020-01-01T00:00:00Z")
    assert others.reason == "has 1 redirects and 1 pages of other namespaces, which are no articles"


def test_wikis_that_are_hostile():
    assert "entities without end" in reasons("wikipedia", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')[0]
    article, cut = read("wikipedia", WIKI[:-200])
    assert article.title == "Ada" and "broken XML" in cut.reason
    long = f"<m><page><title>L</title><ns>0</ns><revision><text>{'a ' * 1_100_000}</text></revision></page></m>"
    assert "2,200,000 characters of markup" in reasons("wikipedia", long)[0]
    assert "inside each other" in reasons("wikipedia", "<a>" * 5000)[0]
    assert "more than 4 MB" in reasons("wikipedia", f"<a b='{'x' * 5_000_000}'/>")[0]


RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title><language>en-gb</language><copyright>CC BY 4.0</copyright>
<item><title>One &amp; two</title><link>http://x/1</link><dc:creator>Ada</dc:creator><pubDate>Mon, 06 Sep 2010 00:01:00 +0000
</pubDate><description>short</description><content:encoded><![CDATA[<p>Hello <b>there</b>.</p><p>More.</p>]]>
</content:encoded></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><author><name>Ben</name></author><entry><title>T</title>
<id>u:1</id><updated>2020-02-03T04:05:06Z</updated><link rel="license"
href="https://creativecommons.org/licenses/by-sa/4.0/"/><content type="html">&lt;p&gt;Words&lt;/p&gt;</content></entry></feed>"""


def test_entries_of_feeds():
    entry, = stories("feed", RSS)
    assert (entry.title, entry.text, entry.source) == ("One & two", "Hello there.\n\nMore.", "a_box.x#http://x/1")
    assert entry.origin == Origin(
        kind="feed", author="Ada", licence="CC BY 4.0", date="2010-09-06T00:01:00+00:00", language="en")
    entry, = stories("feed", ATOM)
    assert (entry.text, entry.origin) == (
        "Words", Origin(kind="feed", author="Ben", licence="CC BY-SA 4.0", date="2020-02-03T04:05:06Z"))
    assert "entities" in reasons("feed", '<!DOCTYPE r [<!ENTITY a "aa">]>' + RSS)[0]
    assert reasons("feed", "<rss><channel></channel></rss>") == ["has no entry in it"]


def test_what_a_person_typed_goes_before_what_a_document_says():
    entry, = stories("feed", ATOM, origin=Origin(licence="given by Ben", consent="own"))
    assert (entry.origin.licence, entry.origin.consent, entry.origin.author) == ("given by Ben", "own", "Ben")


def mail(writer, subject, number, words, more=""):
    return (f"From {writer} Mon Sep  6 00:01:00 2010\nFrom: {writer}\nSubject: {subject}\nMessage-ID: <{number}@x>\n"
            f"Date: Mon, 06 Sep 2010 00:0{number}:00 +0000\n{more}\n{words}\n\n")


def test_threads_of_a_mail_box():
    thread, alone = stories("mbox", (
        mail("Ada Low <ada@x.org>", "The jug", 1, "Who has seen it?\n-- \nAda, 0170 1234567")
        + mail("Cyd <c@x.org>", "Other", 3, "Alone.")
        + mail("ben@x.org", "Re: The jug", 2, "On Monday Ada wrote:\n> Who has seen it?\n\nI have.", "References: <1@x>\n")))
    assert (thread.form, thread.title, thread.text) == (
        "scene", "The jug", "Ada Low: Who has seen it?\nSomeone A: I have.")
    assert thread.people == ("Ada Low", "Someone A") and thread.origin.date == "2010-09-06T00:01:00+00:00"
    assert (alone.form, alone.text, alone.origin.author) == ("prose", "Alone.", "Cyd")


def test_a_mail_in_html_and_another_alphabet():
    told, = stories("mbox", (
        b"From: =?utf-8?q?Zo=C3=AB?= <z@x.org>\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\nMIME-Version: 1.0\n"
        b"Content-Type: text/html; charset=iso-8859-1\n\n<p>Sch\xf6n <b>hier</b>.</p><blockquote>old</blockquote>\n"))
    assert (told.title, told.text, told.origin.author) == ("Grüße", "Schön hier.", "Zoë")


def test_rows_of_json():
    rows = [
        {"text": "One", "title": "T", "license": "https://creativecommons.org/licenses/by/4.0/", "date": "2020", "url": "u"},
        {"dialogue": [{"speaker": "Ada", "text": "a"}, {"name": "Ben", "content": "b"}], "id": 7},
    ]
    lines = "\n".join(map(json.dumps, rows))
    for data in (lines, json.dumps(rows), json.dumps(rows, indent=2)):
        prose, scene = stories("jsonl", data)
        assert (prose.title, prose.text, prose.source) == ("T", "One", "a_box.x#u")
        assert prose.origin == Origin(kind="jsonl", licence="CC BY 4.0", date="2020")
        assert (scene.text, scene.people, scene.source) == ("Ada: a\nBen: b", ("Ada", "Ben"), "a_box.x#7")
    one, broken, two = read("jsonl", '{"x": "1", "text": "2"}\n{"x"\n\n{"x": "3"}\n', column="x")
    assert (one.text, two.text) == ("1", "3") and "is broken JSON" in broken.reason
    assert reasons("jsonl", '{"a": 1, "b": 2}\n' * 3) == [
        "has no column that is known to hold text: name one of its columns (a, b)"]


def test_rows_of_csv():
    row, = stories("csv", 'title;text;author\nT;"Hello; ""you""\nthere";Ada\n')
    assert (row.title, row.text, row.origin.author) == ("T", 'Hello; "you"\nthere', "Ada")
    assert [s.text for s in stories("csv", "\ufeffa\tb\n1\t2\n3\t4\n", column="b")] == ["2", "4"]
    assert reasons("csv", "a,b\n1,2\n", column="c") == ['has no column "c": name one of its columns (a, b)']


def test_rows_of_parquet(tmp_path):
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table({
        "text": ["A one", "B two"], "author": ["X", "Y"], "talk": [[{"name": "p", "text": "q"}], []]}), path)
    with path.open("rb") as stream:
        found = list(reader("parquet")(Opened(name="rows.parquet", stream=stream, path=path)))
    assert [(s.text, s.origin.author) for s in found] == [("A one", "X"), ("B two", "Y")]
    scene, empty = read("parquet", path.read_bytes(), column="talk")
    assert scene.text == "p: q" and empty.reason == "has no text in it"
    assert "name one of its columns (text, author, talk)" in reasons("parquet", path.read_bytes(), column="z")[0]
    assert len(reasons("parquet", path.read_bytes()[:-9])) == 1
