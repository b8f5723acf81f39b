"""A piece of HTML that a forum or a feed holds in, its words out: paragraphs on lines of their own, quotes left out.

For whole pages, whose menus have to be told from their text, see `html`.
"""

import re

LONGEST_FRAGMENT = 4 * 2**20  # characters
QUOTES = ("aside", "blockquote", "script", "style", ".quote", ".signature")


def fragment_text(html: str, skip: tuple[str, ...] = QUOTES) -> str:
    """The words of a fragment. Raises ValueError past 4 million characters, ImportError without resiliparse."""
    if len(html) > LONGEST_FRAGMENT:
        raise ValueError(f"a piece of HTML has more than {LONGEST_FRAGMENT:,} characters")
    if "<" not in html and "&" not in html:
        return html.strip()
    from resiliparse.extract.html2text import extract_plain_text

    text: str = extract_plain_text(
        html, preserve_formatting=True, main_content=False, list_bullets=False, alt_texts=False,
        skip_elements=list(skip),
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"^[ \t]+|[ \t]+$", "", text, flags=re.MULTILINE)).strip()
