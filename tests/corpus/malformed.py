"""A small valid input of every format, and what chance makes of it."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from random import Random

import docx
import pyarrow
import pyarrow.parquet
import zstandard

STORY = ("Ida carried the blue jug to the well, and the old dog went with her. \"Is it far?\" asked the boy. It was "
         "not far, but the path was steep, and the evening came down over the fields before they were home again.\n\n")
PAGE = f"<html><head><title>The Jug</title></head><body><article><h1>The Jug</h1>" \
       f"<p>{STORY}</p><p>{STORY}</p><p>{STORY}</p></article></body></html>"
TURNS = [("Ida", "Is it far to the well?"), ("Tom", "Not far, but the path is steep."), ("Ida", "Then we go now.")] * 4


def zipped(files: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, stored)
    return room.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return room.getvalue()


def epub() -> bytes:
    place = "urn:oasis:names:tc:opendocument:xmlns:container"
    container = f'<container xmlns="{place}" version="1.0"><rootfiles><rootfile full-path="c.opf" ' \
                'media-type="application/oebps-package+xml"/></rootfiles></container>'
    package = '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata ' \
              'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Jug</dc:title></metadata><manifest><item id="a" ' \
              'href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine>' \
              '</package>'
    return zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode(),
                   "c.opf": package.encode(), "a.xhtml": PAGE.encode()})


def pdf() -> bytes:
    words = b"BT /F1 12 Tf 72 700 Td (Ida carried the blue jug to the well and the old dog went with her.) Tj ET"
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
             b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
             b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
             b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table, len(data))


def word() -> bytes:
    document, room = docx.Document(), io.BytesIO()
    for _ in range(5):
        document.add_paragraph(STORY.strip())
    document.save(room)
    return room.getvalue()


def warc() -> bytes:
    records = b""
    for number in range(3):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.encode()
        records += (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/{number}\r\n"
                    f"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
                    f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        records += body + b"\r\n\r\n"
    return records


def wikipedia() -> str:
    page = f"<page><title>Jug</title><ns>0</ns><id>1</id><revision><id>2</id><text>'''Jug''' {{{{x}}}} {STORY}" \
           "[[File:a.png]] {| class=x\n|a\n|}</text></revision></page>"
    return f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="en">{page * 3}</mediawiki>'


def parquet() -> bytes:
    room = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": [STORY] * 5, "author": ["Ida"] * 5}), room)
    return room.getvalue()


def discourse() -> str:
    posts = [{"id": i, "username": name, "cooked": f"<p>{words}</p>", "created_at": "2020-01-01T00:00:00Z",
              "post_number": i} for i, (name, words) in enumerate(TURNS, 1)]
    return json.dumps({"id": 1, "title": "The well", "post_stream": {"posts": posts}, "posts_count": len(posts)})


def stackexchange() -> str:
    rows = "".join(
        f'<row Id="{i}" {"""PostTypeId="2" ParentId="1" """ if i > 1 else """PostTypeId="1" AnswerCount="11" """}'
        f'OwnerUserId="{i}" Score="3" Title="Well" Body="&lt;p&gt;{words}&lt;/p&gt;" />\n'
        for i, (_, words) in enumerate(TURNS, 1))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<posts>\n{rows}</posts>'


def valid() -> dict[str, bytes]:
    """File name -> bytes: one small valid input of every format there is a reader for, and of every container."""
    text = {
        "a.txt": STORY * 3, "b.md": f"# The Jug\n\n{STORY}**Bold** [link](http://x.example)\n", "c.html": PAGE,
        "d-gutenberg.txt": f"The Project Gutenberg eBook of Jug\n\n*** START OF THE PROJECT GUTENBERG EBOOK JUG ***\n\n"
                           f"{STORY * 5}\n*** END OF THE PROJECT GUTENBERG EBOOK JUG ***\n",
        "e.xml": wikipedia(), "g-posts.xml": stackexchange(), "h.json": discourse(),
        "f.rss": f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Jug</title>'
                 f"<description>{STORY}</description></item></channel></rss>",
        "i.mbox": "".join(f"From {n.lower()}@x.example Mon Jan  6 10:00:0{i % 10} 2020\nFrom: {n} <{n}@x.example>\n"
                          f"Subject: Well\nDate: Mon, 6 Jan 2020 10:00:0{i % 10} +0000\nMessage-ID: <{i}@x>\n\n{w}\n\n"
                          for i, (n, w) in enumerate(TURNS)),
        "j.log": "".join(f"[10:0{i % 10}] <{n}> {w}\n" for i, (n, w) in enumerate(TURNS)),
        "k-chat.txt": "".join(f"06/01/2020, 10:0{i % 10} - {n}: {w}\n" for i, (n, w) in enumerate(TURNS)),
        "l.srt": "".join(f"{i}\n00:00:{i:02d},000 --> 00:00:{i:02d},900\n{n.upper()}: {w}\n\n"
                         for i, (n, w) in enumerate(TURNS, 1)),
        "m-play.txt": "ACT I\nSCENE I. A well.\n\n" + "".join(f"{n.upper()}.\n{w}\n\n" for n, w in TURNS),
        "n.jsonl": "".join(json.dumps({"text": STORY, "author": n}) + "\n" for n, _ in TURNS),
        "o.csv": "author,text\n" + "".join(f'{n},"{w} {w} {w}"\n' for n, w in TURNS),
    }
    plain = {name: body.encode() for name, body in text.items()}
    few = {"one.txt": STORY.encode(), "two.jsonl": plain["n.jsonl"], "three.html": PAGE.encode()}
    return plain | {
        "p.epub": epub(), "q.pdf": pdf(), "r.docx": word(), "s.warc": warc(), "t.parquet": parquet(),
        "u.zip": zipped(few | {"in.zip": zipped(few)}),
        "v.tar": tarred(few | {"in.txt.gz": gzip.compress(STORY.encode())}),
        "w.jsonl.gz": gzip.compress(plain["n.jsonl"]), "x.xml.bz2": bz2.compress(plain["e.xml"]),
        "y.tar.xz": lzma.compress(tarred(few)), "z.warc.zst": zstandard.compress(warc()),
    }


def mutated(data: bytes, draw: Random) -> bytes:
    """The input after one to three accidents."""
    made = bytearray(data)
    for _ in range(draw.randint(1, 3)):
        at, size = draw.randrange(max(1, len(made))), draw.choice([1, 4, 64, 1_000])
        accident = draw.choice(["flip", "cut", "splice", "repeat", "head", "noise", "zero", "drop"])
        if accident == "flip":
            for _ in range(draw.choice([1, 8, 100])):
                if made:
                    made[draw.randrange(len(made))] ^= 1 << draw.randrange(8)
        elif accident == "cut":
            del made[at:]
        elif accident == "splice":
            other = draw.randrange(max(1, len(data)))
            made[at:at + size] = data[other:other + size]
        elif accident == "repeat":
            made[at:at] = bytes(made[at:at + size]) * draw.choice([2, 50, 2_000 // size + 1])
        elif accident == "head":
            for place in range(min(draw.choice([4, 32, 600]), len(made))):
                if draw.random() < 0.2:
                    made[place] = draw.randrange(256)
        elif accident == "noise":
            made[at:at + size] = draw.randbytes(size)
        elif accident == "zero":
            made[at:at + size] = bytes(size)
        else:
            del made[at:at + size]
    return bytes(made)
