"""A title, a body and a style sheet of a page's own in, a whole self-contained page out. It knows no page's contents.

The look is that of the birth report: its style sheet comes first, the page's own after it. No script, no outside link,
and a content security policy that allows this one style by its hash.
"""

import base64
import hashlib
import html
from collections.abc import Iterable
from importlib.resources import files

from foundling.life.words import escaped


def style(name: str) -> str:
    """The report's style sheet followed by those called `name` beside this module ("" for none, a space parts two)."""
    own = "".join(files("foundling.life.pages").joinpath(one).read_text(encoding="utf-8") for one in name.split())
    return files("foundling.life").joinpath("report.css").read_text(encoding="utf-8") + own


def policy(name: str) -> str:
    """The content security policy of a page with that style: nothing but the style itself, by hash."""
    digest = base64.b64encode(hashlib.sha256(style(name).encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def section(heading: str, lead: str, body: str) -> str:
    """A section; all three are HTML already."""
    return f"<section><header><h2>{heading}</h2><p>{lead}</p></header><div>{body}</div></section>"


def listed(sentences: Iterable[object], kind: str = "notes", longest: int = 1000) -> str:
    """Sentences as plain text in, a list of them out; kind: its class."""
    return f'<ul class="{kind}">' + "".join(f"<li>{escaped(words, longest)}</li>" for words in sentences) + "</ul>"


def framed(title: str, body: str, sheet: str = "") -> str:
    """The whole page around a body of HTML; the title is plain text, `sheet` the name of the page's own style."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy(sheet))}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escaped(title, 120)}</title><style>{style(sheet)}</style></head>\n"
        f"<body><main>{body}</main><footer>Written by Foundling. This page is complete in itself and sends nothing "
        "anywhere.</footer></body></html>\n"
    )
