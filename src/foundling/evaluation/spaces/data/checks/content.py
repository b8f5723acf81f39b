"""What sort of text it is: its language, how much of it is markup, menus, numbers or code, and what a tokenizer makes
of it."""

import re
from collections.abc import Iterator

from foundling.corpus.steps.boilerplate import Boilerplate
from foundling.corpus.steps.kinds import EVERY
from foundling.corpus.steps.language import voted
from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, prose
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.records import SPECIALS, Story

_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|body|br|button|center|cite|code|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|"
    r"head|header|hr|html|i|iframe|img|input|label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|small|span|"
    r"strong|style|sub|sup|svg|table|tbody|td|th|thead|title|tr|tt|u|ul|video|xml|ref|nowiki)(?:\s[^<>\n]{0,400})?/?>|"
    r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_WIKI = re.compile(r"\{\{[^{}\n]{1,200}\}\}|\[\[[^\[\]\n]{1,200}\]\]|^\|[-}]|^==+[^=\n]{1,80}==+$", re.MULTILINE)
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:def|class|import|from|return|if|for|while|else|elif|try|except|function|var|let|const|public|"
    r"private|static|#include|using|package|func|fn|end)\b.*[:;{()=]\s*$|^\s*(?://|/\*|\*/|#!)|\w\(\w*\)\s*[;:{]?$|"
    r"^\s*[\w.\[\]]+ (?:[-+*/]?=|==|:=) \S+$|=>|->|&&|\|\|")
_ALIKE = {"no": "nb", "nn": "nb"}  # of Norwegian one code is told
_LETTER = re.compile(r"[^\W\d_]")
_TAGS, _FRAME, _NUMBERS, _CODE_LINES = 0.05, 0.3, 0.2, 0.25
_LEAST = 60  # words or characters below which a share means nothing
_BYTES_A_TOKEN = 1.7


def other_language(document: Document, _: Bench) -> Iterator[Finding]:
    """A language other than the one declared by two letters, where small words or script leave no doubt."""
    declared = re.split("[-_]", document.provenance.origin.language)[0].lower()
    told = voted(document.own_words) if len(declared) == 2 else ""
    if told and _ALIKE.get(told, told) != _ALIKE.get(declared, declared):
        yield document.key("language", f"it says {declared[:8]!a}, and the text is in {told!a}")


def markup(document: Document, _: Bench) -> Iterator[Finding]:
    """Tags, entities or wiki marks in a share that no story has."""
    text = document.text
    if not any(sign in text for sign in ("<", "&", "{{", "[[", "==")):
        return
    marks = [*_TAG.finditer(text), *_WIKI.finditer(text)]
    share = sum(len(mark[0]) for mark in marks) / max(1, len(text))
    if len(marks) >= 3 and share > _TAGS:
        first = min(mark.start() for mark in marks)
        yield document.found(first, f"{len(marks)} marks, {share:.0%} of the text")


def frame(document: Document, _: Bench) -> Iterator[Finding]:
    """Menus, cookie notices and share bars: what `prepare` takes off a page, and here it would be too much."""
    if document.form == "scene" or sum(map(str.isalpha, document.text[:4_000])) < _LEAST:
        return
    bare = Story(title="", text=document.text, source="")
    kept = Boilerplate(kinds=EVERY, pages=frozenset())(bare)
    left = kept.text if isinstance(kept, Story) else ""
    share = 1 - len(left) / len(document.text)
    if share > _FRAME and document.text.count("\n") >= 3:
        yield document.found(0, f"{share:.0%} of it are menus and notices")


def numbers(document: Document, _: Bench) -> Iterator[Finding]:
    """More words without a letter than any story has (Gopher: at most 20%)."""
    words = document.own_words.split()
    bare = sum(not _LETTER.search(word) for word in words)
    if bare >= 10 and bare > _NUMBERS * len(words):
        first = next(word for word in words if not _LETTER.search(word))
        yield document.found(document.text.find(first), f"{bare:,} of {len(words):,} words have no letter")


def code(document: Document, _: Bench) -> Iterator[Finding]:
    """Lines that are a program's."""
    lines = [line for line in document.own_words.split("\n") if line.strip()]
    coded = [line for line in lines if len(line) < 400 and _CODE.search(line)]
    if len(coded) >= 4 and len(coded) > _CODE_LINES * len(lines):
        yield document.found(document.text.find(coded[0]), f"{len(coded):,} of {len(lines):,} lines are code")


def flood(document: Document, bench: Bench) -> Iterator[Finding]:
    """So many tokens for so few bytes that hardly a word of it is in the vocabulary."""
    if document.text and not document.faults:
        ids, size = bench.ids(document), document.story.bytes
        if size >= _LEAST and size < _BYTES_A_TOKEN * len(ids):
            yield document.found(0, f"{len(ids):,} tokens for {size:,} bytes, {size / len(ids):.2f} bytes each")


def other_text(document: Document, bench: Bench) -> Iterator[Finding]:
    """Ids that, decoded, are not the text."""
    tokenizer = bench.given.tokenizer
    if tokenizer is None or not document.text or document.faults:
        return
    special, back = len(SPECIALS), list[str]()
    piece = list[int]()
    for number in [*bench.ids(document), 0]:
        if number >= special:
            piece.append(number)
        elif piece:
            back.append(tokenizer.decode(piece))
            piece = []
    said = [part for turn in document.story.turns if turn.name is not None for part in (turn.name, turn.text)]
    if back != (said if document.form == "scene" else [document.story.text]):
        yield document.found(0, "the tokenizer does not give back what it was given")


_KEY = "The miller had a key that fitted no door, and he kept it in his hat, for the hat had no other use."
CHECKS = (
    Check(
        code="W054", title="another language than the one declared", find=other_language,
        why="`language:` says one and the small words of the text say another. Who chooses texts by language gets this "
        "one wrongly.",
        wrong=prose(f"---\nlanguage: de\n---\n{_KEY} And it was so, and he was not sorry for it."),
        right=prose(f"---\nlanguage: en\n---\n{_KEY} And it was so, and he was not sorry for it."),
        fix="Mend the declaration, or the text.",
    ),
    Check(
        code="W055", title="text full of markup", find=markup,
        why="Tags, entities and wiki marks fill more than 5% of it: they are learnt as words, and spoken.",
        wrong=prose("<p>The <b>miller</b> had a <i>key</i> that fitted no <a href='door'>door</a>.</p>"),
        right=prose(f"{_KEY} On it stood <b> and nothing else."),
        fix="Take the markup off; `foundling collect` has readers for HTML, Markdown and wikitext.",
    ),
    Check(
        code="W056", title="frame of a web page", find=frame,
        why="Menus, cookie notices, share bars and footers are more than 30% of it: they stand on every page of a "
        "place, and are learnt from all of them.",
        wrong=prose(f"Home\nAbout us\nStories\nShop\nContact\nLog in\n\nWe use cookies to make this "
                    f"better.\n\n{_KEY}\n\n"
                    "Share this on Facebook\nAll rights reserved 2019\nPrivacy policy and terms of use\n"),
        right=prose(f"Home\n\n{_KEY}\n\nAll of it was known at the mill, and nobody asked.\n\nThe wind blew.\n"),
        fix="Keep the text of the page alone.",
    ),
    Check(
        code="W057", title="mostly numbers", find=numbers,
        why="More than a fifth of its words have no letter in them: a table, a log or a list of prices. Gopher's bound "
        "(arXiv 2112.11446).",
        wrong=prose("Flour 12 40 11 9 80 32\nSalt 3 10 44 12 9 71\nOats 5 16 18 20 22 24\nThe miller kept these "
                    "numbers."),
        right=prose(f"{_KEY} He had 3 hats, 2 keys and 1 door, in 1908."),
        fix="Tell in words what the numbers say, or leave it out.",
    ),
    Check(
        code="W058", title="mostly code", find=code,
        why="More than a quarter of its lines are a program's. A being of stories has no use for them, and they take "
        "tokens from those that it has.",
        wrong=prose("def key(door):\n    if door is None:\n        return 0\n    total = door.fit()\n    return "
                    "total;\n"
                    "for door in doors:\n    print(key(door));\nThe miller wrote this."),
        right=prose(f"{_KEY}\nIf the door opens: well.\nIf not, he said, then not.\nHe went home (and slept).\nThat "
                    f"was all."),
        fix="Leave it out, or keep the words around it.",
    ),
    Check(
        code="W065", title="vocabulary flood", find=flood, need="tokenizer",
        why="The tokenizer needs a token for less than two bytes: hardly a word of the text is one that it knows. "
        "Either the text is in another language or no words at all, and it costs twice the tokens of any other.",
        wrong=prose("Qzxv jkwq vxzj qkjx wvzq xjkv zqwx kvjq. Xqzj vkwx jqzv wxkq zvjx qwkz vjxq kzwv. Jxqv zkwj."),
        right=prose(f"{_KEY} Then he slept."),
        fix="Leave it out, or train the tokenizer on texts of its kind.",
    ),
    Check(
        code="E066", title="text that the tokenizer changes", find=other_text, need="tokenizer",
        why="Decoded, the ids are another text than the one encoded. The byte-level tokenizers of this project never "
        "do that; one from elsewhere may lower case, normalise or know no such letter, and the being would learn its "
        "text.",
        fix="Compile with a tokenizer that loses nothing.",
    ),
)
