"""Stories in, the same stories with women and men changing places out, marked as such: a mitigation, and its price.

Counterfactual data augmentation: Lu et al. 2020, Gender Bias in Neural Natural Language Processing, arXiv 1807.11714;
names change places by frequency after Hall Maudslay et al. 2019, It's All in the Name, arXiv 1909.00871. Words for
animals and for work stay, and so does what only one body can do ("she was with child"): such sentences come out odd.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from foundling.corpus.audit.card import COUNTERFACTUAL
from foundling.corpus.audit.lexicon import first_names
from foundling.corpus.audit.representation import Representation
from foundling.corpus.audit.swapping import swapped
from foundling.records import Story, Turn, content_hash, render
from foundling.records.turn import parse_line

_TOKEN = re.compile(r"[^\W\d_]+|[\W\d_]+")
_MAAM = re.compile(r"\b([Mm])a['’]am\b")
_VOWELS = "aeiou"


def name_pairs(found: Representation) -> dict[str, str]:
    """Name -> the name in its place, both ways: the most frequent woman's with the most frequent man's, and so on.

    Where one side has more names, names that do not occur in the texts stand in for the missing; when those are used
    up, the rest stay as they are. Names that the text gives no gender are not there.
    """
    women = [row.name for row in found.names if row.women]
    men = [row.name for row in found.names if row.men]
    taken = {*women, *men}
    spare = [(boy, girl) for boy, girl in first_names() if not {boy, girl} & taken]
    short = min(len(women), len(men))
    women += [girl for _, girl in spare[:len(men) - short]]
    men += [boy for boy, _ in spare[:len(women) - short]] if len(men) == short else []
    pairs = list(zip(men, women, strict=False))
    return {**dict(pairs), **{woman: man for man, woman in pairs}}


def counterfactual(text: str, names: Mapping[str, str]) -> str:
    """The text with women's and men's words, and the given names, changed for each other.

    Twice gives the first text again but for the words that have no counterpart of their own ("maiden", "ma'am") and for
    the "his" and "her" that the rule takes for the other kind.
    """
    tokens = _TOKEN.findall(_MAAM.sub(r"\1adam", text))
    out = list(tokens)
    for at, word in enumerate(tokens):
        if not word[0].isalpha():
            continue
        out[at] = names[word] if word in names else swapped(tokens, at)
        if out[at] != word and at >= 2 and tokens[at - 1].isspace() and tokens[at - 2].lower() in ("a", "an"):
            out[at - 2] = _article(tokens[at - 2], word, out[at])
    return "".join(out)


def _article(article: str, before: str, now: str) -> str:
    """"a" or "an" as the new word wants it, where the old word had it by the rule."""
    was, is_ = before[0].lower() in _VOWELS, now[0].lower() in _VOWELS
    return article if was == is_ else article[0] + ("n" if is_ else "")


def _scene(story: Story, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text and people of a scene. A speaker whose new name would be too long for a turn keeps the old one."""
    who = {turn.name: counterfactual(turn.name, names) for turn in story.turns if turn.name}
    who = {name: new if parse_line(f"{new}: x") else name for name, new in who.items()}
    turns = (
        Turn(name=None if turn.name is None else who[turn.name], text=counterfactual(turn.text, names))
        for turn in story.turns)
    return render(turns), tuple(who.get(person, counterfactual(person, names)) for person in story.people)


def counterfactual_story(story: Story, names: Mapping[str, str]) -> Story:
    """The story told with women and men in each other's places; `about` and `source` say that it is."""
    text, people = _scene(story, names) if story.form == "scene" else (
        counterfactual(story.text, names), tuple(counterfactual(person, names) for person in story.people))
    return replace(
        story, text=text, people=people, title=counterfactual(story.title, names),
        about=f"{counterfactual(story.about, names)} {COUNTERFACTUAL}".strip(),
        source=f"{story.source} {COUNTERFACTUAL}".strip())


def augment(
    stories: Iterable[Story], names: Mapping[str, str], *, share: float = 0.5, seed: int = 0, both: bool = False,
) -> Iterator[Story]:
    """Each story as it is, or in its counterfactual form, drawn with probability `share`: the corpus keeps its size.

    both: every story stays, and its counterfactual follows it with probability `share` (1: twice the text). The draw
    hangs on the seed and the story alone, not on its place, so shards can be made one by one.

    Raises ValueError when the share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share} is not between 0 and 1")
    for story in stories:
        drawn = int(content_hash(f"{seed} {story.id}")[:12], 16) < share * 16**12
        if both or not drawn:
            yield story
        if drawn:
            yield counterfactual_story(story, names)
