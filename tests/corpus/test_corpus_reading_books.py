"""EPUB, DOCX and PDF: whole books and documents from small hand-made files; bombs and broken ones are refused."""

import io
import random
import zipfile
from collections.abc import Mapping

import pytest

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading import Opened, pdf, read
from foundling.records import Story

CONTAINER = ('<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
             '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>')
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Jug</dc:title><dc:creator>Ada North</dc:creator>
<dc:creator>Bo</dc:creator><dc:date>1901-02-03</dc:date><dc:rights>CC0</dc:rights><dc:language>en-GB</dc:language>
</metadata><manifest><item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="c1" href="text/one%201.xhtml" media-type="application/xhtml+xml"/>
<item id="c2" href="two.xhtml" media-type="application/xhtml+xml"/><item id="p" href="p.png" media-type="image/png"/>
</manifest><spine><itemref idref="cover"/><itemref idref="nav"/><itemref idref="c1"/><itemref idref="c2"/>
<itemref idref="p"/><itemref idref="gone"/><itemref idref="c2"/></spine></package>"""
PAGE = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_STORED if name == "mimetype" else 8)
    return file.getvalue()


def epub(**changed: str | bytes) -> bytes:
    parts = {
        "mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": PACKAGE,
        "OEBPS/cover.xhtml": PAGE.format("<p>Cover</p>"),
        "OEBPS/nav.xhtml": PAGE.format("<nav><ol><li><a href='two.xhtml'>Two</a></li></ol></nav>"),
        "OEBPS/text/one 1.xhtml": PAGE.format("<header><h1>One</h1></header><p>Ida ran\nto the well &amp; back.</p>"),
        "OEBPS/two.xhtml": PAGE.format("<h1>Two</h1><blockquote><p>The jug<br/>was blue.</p></blockquote>"),
        "OEBPS/p.png": "x",
    }
    names = {"container": "META-INF/container.xml", "package": "OEBPS/book.opf", "two": "OEBPS/two.xhtml"}
    return packed({**parts, **{names[key]: part for key, part in changed.items()}})


WORD = '<w:document xmlns:w="http://x.org/w" xmlns:m="http://x.org/m"><w:body>{}</w:body></w:document>'
BODY = """<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>The Jug</w:t></w:r></w:p><w:p/>
<w:p><w:r><w:t xml:space="preserve">Ida </w:t></w:r><w:ins><w:r><w:t>ran</w:t></w:r></w:ins>
<w:del><w:r><w:delText>fell</w:delText></w:r></w:del><w:r><w:br/><w:t>home.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>who</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>what</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<m:AlternateContent><m:Choice><w:p><w:r><w:t>Box</w:t></w:r></w:p></m:Choice><m:Fallback><w:p><w:r><w:t>Box</w:t></w:r></w:p></m:Fallback></m:AlternateContent>"""
CORE = """<cp:coreProperties xmlns:cp="http://x.org/cp" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:t="http://x.org/t"><dc:title>Of Jugs</dc:title><dc:creator>Ada North</dc:creator>
<t:created>2001-02-03T04:05:06Z</t:created></cp:coreProperties>"""


def docx(body: str = BODY, core: str = CORE) -> bytes:
    return packed({"[Content_Types].xml": "<T/>", "word/document.xml": WORD.format(body), "docProps/core.xml": core})


INFO = "/Title (The Jug) /Author (Ada North) /CreationDate (D:20010203040506Z)"


def pdf_of(pages: list[list[str]], info: str = INFO) -> bytes:
    """A PDF written by hand: each page its lines, one below the other."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for number, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 12 Tf 50 750 Td {shown} ET"
        objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> "
                    f"/Contents {5 + 2 * number} 0 R >>", f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    objects.append(f"<< {info} >>")
    out, places = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{thing}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    return out + (f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R "
                  f"/Info {size - 1} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode()


PAGES = [["THE JUG BOOK 1", "Ida carried the blue jug to the well every morn-",
          "ing, and nobody in the whole village could say"],
         ["THE JUG BOOK 2", "why she did so.", "One day the old goat followed her, for it was"],
         ["THE JUG BOOK 3", "curious. Rain fell.", "Then they sat down and ate all of the bread.", "17"]]


def one(data: bytes, name: str = "book.txt") -> Story | Dropped:
    (thing,) = read(Opened(name=name, stream=io.BytesIO(data)))
    return thing


def test_an_epub_is_one_story_without_cover_and_contents():
    story = one(epub())
    assert story.text == "One\n\nIda ran to the well & back.\n\nTwo\n\nThe jug\nwas blue."
    assert story.title == "The Jug"
    assert (story.origin.kind, story.origin.author, story.origin.licence, story.origin.date, story.origin.language) == (
        "epub", "Ada North, Bo", "CC0", "1901-02-03", "en")


def test_a_word_document_is_one_story():
    story = one(docx())
    assert story.text == "The Jug\n\nIda ran\nhome.\n\nwho | what\n\nBox"
    assert (story.title, story.origin.author, story.origin.date) == ("Of Jugs", "Ada North", "2001-02-03T04:05:06Z")


def test_a_word_document_with_broken_properties_keeps_its_text():
    story = one(docx(core=BOMB + "<a>&c;</a>"), "old-jug.docx")
    assert story.title == "old jug" and story.text.startswith("The Jug\n\nIda ran")


def test_a_pdf_is_one_story_of_whole_paragraphs():
    story = one(pdf_of(PAGES))
    assert story.text.split("\n\n") == [
        "Ida carried the blue jug to the well every morning, and nobody in the whole village could say why she did so.",
        "One day the old goat followed her, for it was curious. Rain fell.",
        "Then they sat down and ate all of the bread."]
    assert (story.title, story.origin.author, story.origin.date, story.origin.kind) == (
        "The Jug", "Ada North", "2001-02-03", "pdf")


def test_a_pdf_without_text_and_an_encrypted_one_are_told_apart():
    assert one(pdf_of([[]])).reason == "has no text in it: is it scanned?"
    from pypdf import PdfWriter

    writer, file = PdfWriter(clone_from=io.BytesIO(pdf_of(PAGES))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(file)
    assert one(file.getvalue()).reason == "is encrypted: take off its password first"


def test_a_pdf_of_too_many_pages(monkeypatch):
    monkeypatch.setattr(pdf, "_MOST_PAGES", 2)
    assert one(pdf_of(PAGES)).reason == "has more than 2 pages: split it into smaller files"


BOMB = '<!DOCTYPE a [<!ENTITY b "xxxx"><!ENTITY c "&b;&b;">]>'
BROKEN = {
    "a bomb in an EPUB": (epub(two="<p>" + " " * 30_000_000), "unpacks to more than 200 times its size"),
    "a larger bomb": (epub(two="<p>" + " " * 40_000_000), "unpacks to more than 32 MB in one part"),
    "entities in the container": (epub(container=BOMB + "<a>&c;</a>"), "declares XML entities"),
    "entities in the package": (epub(package=BOMB + "<a>&c;</a>"), "declares XML entities"),
    "a deep chapter": (epub(two="<div>" * 1000), "nests XHTML elements more than 256 deep"),
    "a package elsewhere": (epub(container=CONTAINER.replace("book.opf", "../../x")), "lacks its part OEBPS/../../x"),
    "no rootfile": (epub(container="<a/>"), "names no package"),
    "no XML": (epub(package="words"), "holds XML that is broken"),
    "entities in a document": (packed({"[Content_Types].xml": "", "word/document.xml": BOMB + "<a>&c;</a>"}),
                               "declares XML entities"),
    "a deep document": (docx("<w:p>" * 1000 + "</w:p>" * 1000), "nests XML elements more than 256 deep"),
    "an empty document": (docx(""), "has no text in it"),
    "no document": (packed({"[Content_Types].xml": "", "word/x": ""}), "lacks its part word/document.xml"),
    "half an EPUB": (epub()[:700], "is cut off or no whole zip"),
    "half a document": (docx()[:300], "is cut off or no whole"),
    "a PDF's first line": (b"%PDF-1.7\n", "is damaged: its bytes break the rules of PDF"),
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN)
def test_bombs_and_broken_books_are_refused_in_a_sentence(data, reason):
    drop = one(data)
    assert isinstance(drop, Dropped) and drop.reason.startswith(reason), drop


def test_too_many_entries(monkeypatch):
    monkeypatch.setattr("foundling.corpus.reading.zipped._MOST_ENTRIES", 3)
    assert one(epub()).reason == "has more than 3 entries"


VALID = {"epub": epub(), "docx": docx(), "pdf": pdf_of(PAGES), "html": PAGE.format("<p>Ida ran.</p>").encode(),
         "gutenberg": b"*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nCONTENTS\n\nI. Ida\n\nI. Ida\n\nIda ran.\n",
         "markdown": b"---\ntitle: x\n---\n# Ida\n\n*ran* [home](x)\n", "text": "Zoë ran.\n".encode("utf-16")}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes cut, changed, repeated or filled at some places."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        at = chance.randrange(len(out))
        deed = chance.randrange(5)
        if deed == 0:
            out[at] = chance.randrange(256)
        elif deed == 1 and at > 10:
            del out[at:]
        elif deed == 2:
            out[at:at] = out[at : at + chance.randrange(200)] * chance.randrange(1, 20)
        elif deed == 3:
            out[at : at + 8] = bytes(chance.choice((0, 255)) for _ in range(8))
        else:
            del out[at : at + chance.randrange(20)]
        out = out or bytearray(b"x")
    return bytes(out)


@pytest.mark.parametrize("kind", VALID)
def test_broken_bytes_give_stories_or_a_sentence_and_never_an_error(kind):
    chance = random.Random(f"reading {kind}")
    for number in range(40):
        data = mutated(VALID[kind], chance)
        for thing in read(Opened(name=f"x{number}", stream=io.BytesIO(data))):
            if isinstance(thing, Dropped):
                assert thing.reason and "\n" not in thing.reason and "Traceback" not in thing.reason
            else:
                thing.text.encode("utf-8")
                assert thing.text.strip() and thing.origin.kind


def test_a_stream_that_breaks_and_a_parser_that_gives_up_become_drops(monkeypatch):
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    (drop,) = read(Opened(name="x.txt", stream=Broken()))
    assert drop.reason == "cannot be read (Input/output error)"
    for fault, reason in ((RecursionError(), "is Markdown nested too deeply to be read"),
                          (MemoryError(), "is Markdown that needs more memory than there is")):
        def fail(text: str, fault: Exception = fault) -> str:
            raise fault

        monkeypatch.setattr("foundling.corpus.reading.markdown.prose", fail)
        assert one(VALID["markdown"], "x.md").reason == reason
