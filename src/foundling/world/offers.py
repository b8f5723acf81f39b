"""What somebody could do in words: actions in, short phrases out, and the dozen that matter most at the moment.

It offers nothing that `Village.options` does not, and does nothing itself.
"""

from collections.abc import Sequence

from foundling.world.narrator.cast import Cast
from foundling.world.narrator.sense import claimed, placed
from foundling.world.village import Action, History, Village

_PHRASES = {
    "go": "go {to}", "work": "work: {what}", "make": "make {thing}", "take": "take {thing}", "put": "put {thing} down",
    "hide": "hide {thing} here", "search": "look for {thing} here", "miss": "see that {thing} is not here",
    "break": "break {thing}", "mend": "mend {thing}", "wait": "wait for {target}, who promised to come",
    "give": "give {thing} to {target}", "lend": "lend {thing} to {target}", "return": "give {thing} back to {target}",
    "steal": "steal {thing}, which is {target}'s", "trade": "offer {target} {thing} for {other}",
    "share": "share {thing} with {target}", "meet": "greet {target}", "say": "say: {text}",
    "ask": "ask {target} where {thing} is", "tell": "tell {target} that {thing} is {claim}",
    "lie": "tell {target}, untruly, that {thing} is {claim}", "promise": "promise {target} to {what}",
    "quarrel": "quarrel with {target}", "mock": "laugh at {target}", "accuse": "say that {target} has {what} {thing}",
    "confess": "confess to {target} what you did", "apologise": "say sorry to {target}", "forgive": "forgive {target}",
    "refuse": "tell {target} that you do not forgive", "thank": "thank {target}", "praise": "praise {target}",
    "comfort": "comfort {target}", "help": "help {target} with {what}", "teach": "teach {target} {what}",
    "befriend": "make friends with {target}", "play": "play {what} with {target}",
    "news": "tell {target} the news: {text}", "nurse": "look after {target}", "mourn": "mourn for {target}",
    "stay": "do nothing for a while",
}
_SORTS = (  # how many of a sort stand in a short list, those of most weight first
    (2, ("apologise", "confess", "forgive", "thank", "return", "comfort", "nurse", "mend", "wait", "tell", "befriend")),
    (2, ("ask", "promise", "news", "say", "teach")), (1, ("meet",)), (1, ("make", "work")),
    (2, ("take", "search", "miss")), (2, ("go",)),
    (2, ("share", "give", "lend", "help", "play", "trade", "praise", "put", "hide", "mourn")),
    (1, ("quarrel", "mock", "accuse", "refuse", "steal", "lie", "break")),
)
_SEEKING = ("ask", "search", "accuse")


def phrase(history: History, action: Action) -> str:
    """The action as one would offer it: "ask Ben where the blue jug is"."""
    cast = Cast(setting=history.setting)
    return _PHRASES[action.kind].format(
        to=placed(history, action.to, "to") if action.to else "", what=action.what, text=action.text,
        thing=f"the {action.thing}", other=f"the {action.other}", target=action.target,
        claim=claimed(history, cast, action.claim) if action.claim else "",
    )


def ranked(village: Village, name: str) -> tuple[Action, ...]:
    """All that somebody can do but "stay", a few of every sort first, then the rest.

    Near places come before far ones, and asking for what one does not know the whereabouts of before other asking.
    """
    state, here = village.state, village.state.where(name)
    spot = state.places.get(here)

    def unlikely(action: Action) -> int:
        if action.kind == "go" and spot:
            to = state.places[action.to]
            return abs(to.x - spot.x) + abs(to.y - spot.y)
        return int(action.kind in _SEEKING and bool(state.believes(name, action.thing)))

    options = sorted((a for a in village.options(name) if a.kind != "stay"), key=unlikely)
    first: dict[Action, None] = {}
    for count, kinds in _SORTS:
        own = sorted((a for a in options if a.kind in kinds), key=lambda action: kinds.index(action.kind))
        own = [a for a in own if a.kind == "go" or not unlikely(a)]
        first |= dict.fromkeys(_spread(own)[:count])
    return (*first, *(action for action in options if action not in first))


def _spread(actions: Sequence[Action]) -> list[Action]:
    """One of each kind first."""
    seen: set[str] = set()
    early, late = list[Action](), list[Action]()
    for action in actions:
        (late if action.kind in seen else early).append(action)
        seen.add(action.kind)
    return early + late
