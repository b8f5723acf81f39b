"""Whether free writing repeats itself: samples flow in, repeated 4-grams, distinct-n and endings flow out.

Repeated 4-grams: the share of 4-grams of words that stood before in the same sample (seq-rep-4, Welleck et al. 2020,
arXiv 1908.04319). Distinct-n: different n-grams among all (Li et al. 2016, arXiv 1510.03055); it falls with more words,
so compare equal counts. Endings: samples that end by themselves within the room of a sample. Each stands beside the
same of as much held-out text, for stories repeat themselves too.
"""

from collections.abc import Sequence

from foundling.evaluation.measures.jackknife import interval
from foundling.evaluation.measures.points import share_score
from foundling.evaluation.texture import TEMPERATURES, Sample, texture
from foundling.records import Score, Story

FIGURES = ("repeated_4grams", "distinct_1", "distinct_2", "distinct_3")


def counted(name: str, texts: Sequence[str], figure: str) -> Score:
    """One figure of texture over some texts, with an interval that leaves out one text after the other."""
    whole = texture(texts, temperature=0.0)
    value = float(getattr(whole, figure))
    rest = [texture([*texts[:i], *texts[i + 1:]], temperature=0.0) for i in range(len(texts))]
    low, high = interval(value, [float(getattr(one, figure)) for one in rest])
    return Score(name=name, value=value, n=whole.words, low=low, high=high)


def people(heldout: Sequence[Story], samples: Sequence[Sample]) -> list[str]:
    """As many stretches of held-out prose as there are samples, each with as many words, without overlap while there
    is enough text."""
    prose = [story.text.split() for story in heldout if story.form == "prose" and story.text.split()]
    made, place, begun = list[str](), 0, 0
    for sample in samples if prose else ():
        length = len(sample.text.split())
        if begun + length > len(prose[place % len(prose)]):
            place, begun = place + 1, 0
        made.append(" ".join(prose[place % len(prose)][begun:begun + length]))
        begun += length
    return made


def repetition_scores(samples: Sequence[Sample], heldout: Sequence[Story]) -> tuple[Score, ...]:
    """Every figure at every temperature; and of people's text beside the samples of temperature 1."""
    made = []
    groups = {f"at_{one}": [s for s in samples if s.temperature == one] for one in TEMPERATURES}
    texts = {place: [sample.text for sample in group] for place, group in groups.items()}
    texts["people"] = people(heldout, groups["at_1.0"])
    for figure in FIGURES:
        for place, some in texts.items():
            if some:
                made.append(counted(f"health.{figure}.{place}", some, figure))
    for place, group in groups.items():
        if group:
            made.append(share_score(f"health.ended.{place}", [sample.ended for sample in group]))
            words = texture(texts[place], temperature=0.0).mean_words
            made.append(Score(name=f"health.words.{place}", value=words, n=len(group), unit="words"))
    return tuple(made)
