"""What of free writing is copied from training: samples and the training text flow in, runs and shares flow out.

The longest verbatim run of words, and the share of windows of 50 characters, that stand in a training document (the
figures are `memorisation`'s; extraction by a known beginning after Carlini et al. 2021, arXiv 2012.07805). Beside both
stands the same of held-out text: stock phrases of stories are no memory. Only the training text that is given is seen.
"""

from collections.abc import Sequence

from foundling.evaluation.examine import copied_score
from foundling.evaluation.likelihood import plain_text
from foundling.evaluation.measures.points import unless_varied
from foundling.evaluation.memorisation import TrainingText
from foundling.evaluation.texture import Sample
from foundling.records import Score, Story


def copying_scores(
    free: Sequence[Sample], prompted: Sequence[Sample], people: Sequence[str], train: Sequence[Story], *, seed: int
) -> tuple[Score, ...]:
    """Runs and shares of free samples, of samples after the beginnings of training stories, and of held-out text of
    the same amount; nothing where there is no training text."""
    documents = [plain_text(story) for story in train]
    if not documents:
        return ()
    text, made = TrainingText(documents), []
    groups = {"free": [s.text for s in free], "prompted": [s.text for s in prompted], "people": list(people)}
    for name, some in groups.items():
        if some:
            run = text.longest_run(some).words
            made.append(Score(name=f"memorisation.longest_run.{name}", value=float(run), n=len(some), unit="words"))
            share = copied_score(f"memorisation.copied_50.{name}", text, some, seed)
            made.append(unless_varied(share, len(some)) if share.n else share)
    return tuple(made)
