"""What a question over a history is: words, options, which of them is right, and the query that anybody can derive it
by."""

from dataclasses import dataclass

FAMILIES = (
    "who", "whom", "where_thing", "where_person", "owner", "first", "why", "believes", "feels", "what_if", "did",
)

Query = tuple[str | int, ...]
"""("actor", id) ("target", id): who did event id, or to whom it was done. ("place_of_thing", thing, id): after event
id, the holder's name or the place. ("place_of_person", person, id). ("owner", thing, id). ("first", id, id): the id
of the earlier, as a string. ("cause", id): the id of what led to it. ("believes", person, thing, id). ("feels",
person, id): the strongest emotion that event id gave them. ("without", id, thing, id2): place_of_thing after id2 had
event id, and all that it led to by cause, not happened. ("did", kind, actor, target, thing, id): "yes" or "no"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with options as whole sentences; `keys` are what the query yields for each option, `answer` the right
    one's place; `evidence` the events that decide it."""

    family: str
    ask: str
    options: tuple[str, ...]
    keys: tuple[str, ...]
    answer: int
    query: Query
    evidence: tuple[int, ...]
