"""The catalogue as a table of Markdown, family by family: rows flow in, the text of docs/measures.md flows out."""

from collections.abc import Sequence

from foundling.evaluation.measures.catalogue import Measure

_BETTER = {"lower": "lower", "higher": "higher", "none": "–"}
BEGIN, END = "<!-- measures: begin -->", "<!-- measures: end -->"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("*", "\\*")


def listing(rows: Sequence[Measure]) -> str:
    """A table for each family, in the order of the rows."""
    families: dict[str, list[Measure]] = {}
    for row in rows:
        families.setdefault(row.name.partition(".")[0], []).append(row)
    parts = []
    for family, members in families.items():
        parts += [f"### {family}", "", "| figure | what it is | unit | better | 95% interval | defined in |",
                  "|---|---|---|---|---|---|"]
        parts += [
            f"| `{row.name}` | {_cell(row.what)} | {_cell(row.unit)} | {_BETTER[row.better]} | {_cell(row.interval)} | "
            f"{_cell(row.paper)} |" for row in members]
        parts.append("")
    return "\n".join(parts)


def written(text: str, rows: Sequence[Measure]) -> str:
    """A document with the listing between its two marks made anew. Raises ValueError when it lacks one."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{listing(rows)}\n{END}{after}"
