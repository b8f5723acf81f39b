"""Wiki markup in, the words that a reader of the page sees out. It fetches no template and follows no link."""

import re
from typing import Any

_HIDDEN_TAGS = {"ref", "references", "gallery", "table", "math", "timeline", "imagemap", "score", "syntaxhighlight",
                "source", "style", "templatestyles", "graph", "mapframe", "includeonly", "hiero"}
_SPACES = {"file", "image", "category", "media", "datei", "bild", "kategorie", "fichier", "catégorie", "archivo",
           "categoría", "immagine", "categoria", "bestand", "categorie", "ficheiro", "plik", "kategoria"}
_MAGIC = re.compile(r"__[A-ZÄÖÜ]{3,30}__")
_HEADING = re.compile("\x01([^\x01]*)\x01")  # as marked below: XML can hold no such character, so no page has it
_ENDINGS = re.compile(
    r"^(references|external links|see also|notes|further reading|bibliography|sources|footnotes|citations)$", re.I)
_LIST = re.compile(r"^[*#:;]+[ \t]*", re.MULTILINE)
_TABLE = re.compile(r"^\{\|.*?(^\|\}|\Z)", re.MULTILINE | re.DOTALL)


def _hidden(node: Any) -> bool:
    """True for what stands beside the text: templates, references, tables, pictures, categories and comments."""
    kind = type(node).__name__
    if kind in ("Template", "Comment", "Argument"):
        return True
    if kind == "Tag":
        return str(node.tag).strip().lower() in _HIDDEN_TAGS
    if kind == "Wikilink":
        space, colon, _ = str(node.title).partition(":")
        return bool(colon) and space.strip().lower() in _SPACES
    return False


def _kept_sections(text: str) -> str:
    """Headings as plain lines; sections that only list sources, and headings with nothing under them, go."""
    parts = _HEADING.split(text)
    kept = [parts[0].strip()]
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        if body.strip() and not _ENDINGS.match(heading.strip()):
            kept.append(f"{heading.strip()}\n\n{body.strip()}")
    return "\n\n".join(part for part in kept if part)


def wiki_text(markup: str) -> str:
    """The page's words: links by their names, headings and list entries as lines of their own."""
    import mwparserfromhell

    code: Any = mwparserfromhell.parse(markup, skip_style_tags=False)
    shown = [
        f"\x01{str(node.title).strip()}\x01" if type(node).__name__ == "Heading" else str(node)
        for node in code.nodes if not _hidden(node)
    ]
    inner: Any = mwparserfromhell.parse("".join(shown))
    for node in list(inner.ifilter(recursive=True, matches=_hidden)):
        try:
            inner.remove(node)
        except ValueError:  # it stood inside another that has gone
            continue
    text = str(inner.strip_code(normalize=True, collapse=True, keep_template_params=False))
    text = _LIST.sub("", _MAGIC.sub("", _TABLE.sub("", text)))
    text = re.sub(r"[ \t]+([,.;)])", r"\1", re.sub(r"\([ \t,;]*\)", "", re.sub(r"[ \t]{2,}", " ", text)))
    return re.sub(r"\n{3,}", "\n\n", _kept_sections(re.sub(r"^[ \t]+|[ \t]+$", "", text, flags=re.MULTILINE))).strip()
