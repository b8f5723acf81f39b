"""What a subject makes of texts: texts flow in, mean hidden states or odds of labels flow out. It fits nothing."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from foundling.evaluation.likelihood import need_numbers
from foundling.evaluation.measures.points import Figures
from foundling.evaluation.subject import Subject
from foundling.records import BadInput

ROWS = 32
LABEL_ROOM = 4  # at most this part of the context is a label's; the rest is the text's


def _ids(subject: Subject, text: str, most: int) -> list[int]:
    """`<|begin|>` and the beginning of a text; letters beyond what can fit are not even looked at."""
    return [subject.tokenizer.begin, *subject.tokenizer.encode(text[:16 * most])[:most - 1]]


@torch.inference_mode()
def mean_states(subject: Subject, texts: Sequence[str]) -> Iterator[tuple[int, list[float]]]:
    """(place, the mean of the last hidden states over a text's ids) of each text, shortest first; what exceeds the
    context is left out. Raises BadInput when the weights give no numbers."""
    rows = [_ids(subject, text, subject.model.shape.context) for text in texts]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for first in range(0, len(order), ROWS):
        some = order[first:first + ROWS]
        longest = max(len(rows[i]) for i in some)
        ids_BT = torch.zeros(len(some), longest, dtype=torch.long)
        kept_BT1 = torch.zeros(len(some), longest, 1)
        for row, i in enumerate(some):
            ids_BT[row, :len(rows[i])] = torch.tensor(rows[i])
            kept_BT1[row, min(1, len(rows[i]) - 1):len(rows[i])] = 1.0  # what stands for the beginning says nothing
        states_BC = (subject.model.hidden(ids_BT).float() * kept_BT1).sum(1) / kept_BT1.sum(1)
        need_numbers(bool(states_BC.isfinite().all()))
        yield from zip(some, states_BC.tolist(), strict=True)


def label_odds(subject: Subject, texts: Sequence[str], classes: Sequence[str]) -> Iterator[Figures]:
    """For each text the probability of each class: how much likelier its words become by the text standing before
    them, in nats, against what they are without it (Holtzman et al. 2021, arXiv 2104.08315), or the commoner and the
    shorter label would always win; then a softmax. Raises BadInput for a label that is too long to be told."""
    tokenizer, engine = subject.tokenizer, subject.engine
    labels = [tokenizer.encode(f" {label}") for label in classes]
    room = engine.context // LABEL_ROOM
    for label, ids in zip(classes, labels, strict=True):
        if len(ids) > room:
            raise BadInput(f"The label {label[:40]!r} is too long to be told by likelihood: use --method head.")
    alone = engine.log_probabilities([tokenizer.begin, *tokenizer.encode("\n\nThis is")], labels)
    between = tokenizer.encode("\n\nThis is")
    for text in texts:
        ids = _ids(subject, text, engine.context - room - len(between))
        told = engine.log_probabilities([*ids, *between], labels)
        gains = np.array([a - b for a, b in zip(told, alone, strict=True)], dtype=np.float64)
        need_numbers(all(map(math.isfinite, gains)))
        odds = np.exp(gains - gains.max())
        yield odds / odds.sum()
