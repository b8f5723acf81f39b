"""What people begin of themselves when nothing calls them: a person and their eyes in, an action and its cause out.

Feelings come first: anger quarrels, remorse apologises, gratitude thanks, envy mocks or steals, pity comforts. Then
needs (food, company, something to do) and whatever the temper is good for.
"""

from collections.abc import Callable

from foundling.world.village import words
from foundling.world.village.actions import Action
from foundling.world.village.needs import Needs
from foundling.world.village.promises import COME, HELP
from foundling.world.village.views import Eyes

Begun = tuple[Action, int] | None


def moved(eyes: Eyes, who: str, spent: dict[tuple[str, int], None]) -> Begun:
    """A deed out of a feeling; each feeling leads to one try at most."""
    near = eyes.near(who)
    for feeling, event in eyes.ground.felt(who):
        if (who, event) in spent or feeling.toward not in ("", *near):
            continue
        spent[who, event] = None
        action = _out_of(eyes, who, feeling.emotion, feeling.toward, event, near)
        if action and eyes.dice.chance(0.2 + 0.13 * feeling.strength):
            return action, event
    return None


def _out_of(eyes: Eyes, who: str, emotion: str, toward: str, event: int, near: list[str]) -> Action | None:
    ground, dice = eyes.ground, eyes.dice
    if emotion in ("anger", "reproach", "hate") and toward:
        hot = eyes.has(who, "hot-tempered", "proud", "unforgiving")
        return Action(kind="quarrel", target=toward) if dice.chance(0.75 if hot else 0.3) else None
    if emotion in ("remorse", "shame"):
        wrongs = [w for w in ground.wrongs.values() if w.doer == who and w.victim in near]
        if wrongs:
            wrong = wrongs[-1]
            kind = "apologise" if ground.knows(wrong.victim, wrong.event) else "confess"
            return Action(kind=kind, target=wrong.victim, about=wrong.event.id)
    if emotion in ("gratitude", "admiration") and toward:
        favour = ground.favours.get((toward, who))
        if favour and favour.id == event:
            return Action(kind="thank", target=toward, about=favour.id)
        return Action(kind="praise", target=toward, about=event) if emotion == "admiration" else None
    if emotion == "envy" and toward:
        loot = eyes.carried(toward)
        if loot and eyes.has(who, "sly") and dice.chance(0.4):
            return Action(kind="steal", target=toward, thing=dice.one(loot))
        return Action(kind="mock", target=toward)
    if emotion == "gloating" and toward:
        return Action(kind="mock", target=toward)
    if emotion == "pity" and toward:
        return Action(kind="comfort", target=toward, about=event)
    if emotion in ("love", "happy_for") and toward:
        if eyes.carried(who, food=True):
            return Action(kind="share", target=toward, thing=eyes.carried(who, food=True)[0])
        if emotion == "love" or dice.chance(0.1):
            return Action(kind="praise", target=toward, about=event)
        return None
    return _aloud(eyes, who, emotion, near)


def _aloud(eyes: Eyes, who: str, emotion: str, near: list[str]) -> Action | None:
    """Feelings that are about nobody: a game, a shared meal, a word."""
    if emotion in ("joy", "relief", "satisfaction", "gratification") and near:
        friend = max(near, key=lambda n: eyes.likes(who, n))
        if eyes.ground.people[who].age < 16 and eyes.dice.chance(0.4):
            return Action(kind="play", target=friend, what=eyes.dice.one(words.phrases("games")))
        if eyes.carried(who, food=True):
            return Action(kind="share", target=friend, thing=eyes.carried(who, food=True)[0])
    part = {"joy": "cheer", "pride": "cheer", "fear": "worry", "distress": "grumble", "disappointment": "grumble"}
    if emotion in part and near and eyes.dice.chance(0.3):
        return Action(kind="say", text=eyes.dice.one(words.section("sayings", part[emotion])))
    return None


def begin(eyes: Eyes, who: str, needs: Needs, work: bool) -> Begun:
    """A deed for no reason but the moment's; None most of the time."""
    near = eyes.near(who)
    weighed = [(weight(eyes, who, needs, near, work), deed) for weight, deed in CHOICES]
    point = eyes.dice.random() * max(10.0, sum(w for w, _ in weighed))
    for weight, deed in weighed:
        point -= weight
        if point < 0:
            return deed(eyes, who, near)
    return None


Weight = Callable[[Eyes, str, Needs, list[str], bool], float]
Deed = Callable[[Eyes, str, list[str]], Begun]


def _other(eyes: Eyes, who: str, near: list[str]) -> str:
    """Somebody near; rather the liked."""
    pair = [eyes.dice.one(near), eyes.dice.one(near)]
    return max(pair, key=lambda n: eyes.likes(who, n))


def _meet(eyes: Eyes, who: str, near: list[str]) -> Begun:
    return Action(kind="meet", target=_other(eyes, who, near)), -1


def _lend(eyes: Eyes, who: str, near: list[str]) -> Begun:
    own, other = eyes.carried(who), _other(eyes, who, near)
    if not own or eyes.likes(who, other) < 0:
        return None
    return Action(kind="lend", target=other, thing=eyes.dice.one(own)), -1


def _give(eyes: Eyes, who: str, near: list[str]) -> Begun:
    own, other = eyes.carried(who) + eyes.carried(who, food=True), _other(eyes, who, near)
    if not own or eyes.likes(who, other) < 2:
        return None
    return Action(kind="give", target=other, thing=eyes.dice.one(own)), -1


def _share(eyes: Eyes, who: str, near: list[str]) -> Begun:
    food = eyes.carried(who, food=True)
    return (Action(kind="share", target=_other(eyes, who, near), thing=food[0]), -1) if food else None


def _promise(eyes: Eyes, who: str, near: list[str]) -> Begun:
    other = _other(eyes, who, near)
    if eyes.likes(who, other) < 0 or len(eyes.ground.promises(who)) > 2:
        return None
    task = eyes.dice.one(words.works()[eyes.ground.people[other].work][1])
    if eyes.dice.chance(0.5):
        return Action(kind="promise", target=other, what=f"{HELP} {task}"), -1
    places = [p.name for p in eyes.ground.setting.places if p.kind != "house" and p.name != eyes.ground.where(who)]
    home = eyes.ground.people[other].home
    to = eyes.dice.one([*places, home] if home != eyes.ground.people[who].home else places)
    return Action(kind="promise", target=other, to=to, what=f"{COME} {to}"), -1


def _teach(eyes: Eyes, who: str, near: list[str]) -> Begun:
    young = [n for n in near if eyes.ground.people[n].age + 5 < eyes.ground.people[who].age]
    if not young:
        return None
    return Action(kind="teach", target=eyes.dice.one(young), what=eyes.dice.one(words.phrases("skills"))), -1


def _play(eyes: Eyes, who: str, near: list[str]) -> Begun:
    mates = [n for n in near if not eyes.grown(n)] or near
    return Action(kind="play", target=eyes.dice.one(mates), what=eyes.dice.one(words.phrases("games"))), -1


def _help(eyes: Eyes, who: str, near: list[str]) -> Begun:
    busy = [n for n in near if eyes.works[n] == eyes.ground.where(who) and eyes.likes(who, n) >= 0]
    if not busy:
        return None
    other = eyes.dice.one(busy)
    return Action(kind="help", target=other, what=eyes.dice.one(words.works()[eyes.ground.people[other].work][1])), -1


def _praise(eyes: Eyes, who: str, near: list[str]) -> Begun:
    other = _other(eyes, who, near)
    return (Action(kind="praise", target=other), -1) if eyes.likes(who, other) >= 2 else None


def _trade(eyes: Eyes, who: str, near: list[str]) -> Begun:
    other = eyes.dice.one(near)
    mine, theirs = eyes.carried(who), eyes.carried(other)
    if not mine or not theirs or not eyes.grown(other):
        return None
    return Action(kind="trade", target=other, thing=eyes.dice.one(mine), other=eyes.dice.one(theirs)), -1


def _news(eyes: Eyes, who: str, near: list[str]) -> Begun:
    topic, source = eyes.dice.one(words.rows("news"))[:2]
    return Action(kind="news", target=_other(eyes, who, near), text=topic, what=source), -1


def _prank(eyes: Eyes, who: str, near: list[str]) -> Begun:
    """Children hide what grown-ups leave lying about; first they pick it up."""
    held = [t for t in eyes.ground.carried[who] if eyes.ground.owner(t) != who and t not in eyes.ground.loans]
    if held:
        return Action(kind="hide", thing=held[0]), -1
    return _pick(eyes, who, mine=False)


def _pick(eyes: Eyes, who: str, mine: bool) -> Begun:
    ground = eyes.ground
    lying = [t for t in ground.lying[ground.where(who)] if t not in ground.concealed]
    lying = [t for t in lying if (ground.owner(t) == who) == mine]
    return (Action(kind="take", thing=eyes.dice.one(lying)), -1) if lying else None


def _take(eyes: Eyes, who: str, near: list[str]) -> Begun:
    return _pick(eyes, who, mine=True) if len(eyes.ground.carried[who]) < 4 else None


def _tidy(eyes: Eyes, who: str, near: list[str]) -> Begun:
    """People of one house carry each other's things about."""
    ground = eyes.ground
    if ground.where(who) != ground.people[who].home:
        return None
    lying = [t for t in ground.lying[ground.people[who].home]
             if t not in ground.concealed and ground.owner(t) != who and not ground.things[t].food]
    return (Action(kind="take", thing=eyes.dice.one(lying)), -1) if lying and len(ground.carried[who]) < 3 else None


def _put(eyes: Eyes, who: str, near: list[str]) -> Begun:
    held = [t for t in eyes.ground.carried[who] if t not in eyes.ground.loans]
    return (Action(kind="put", thing=eyes.dice.one(held)), -1) if held else None


def _hide(eyes: Eyes, who: str, near: list[str]) -> Begun:
    own = eyes.carried(who)
    return (Action(kind="hide", thing=eyes.dice.one(own)), -1) if own and not near else None


def _steal(eyes: Eyes, who: str, near: list[str]) -> Begun:
    ground = eyes.ground
    place = ground.where(who)
    loot = [t for t in ground.lying[place] if t not in ground.concealed] + [t for n in near for t in ground.carried[n]]
    loot = [t for t in loot if ground.owner(t) != who and not eyes.close(who, ground.owner(t))
            and ground.holder(t) in ("", ground.owner(t)) and ground.alive(ground.owner(t))]
    if not loot:
        return None
    thing = min(eyes.dice.mixed(loot)[:4], key=lambda t: eyes.likes(who, ground.owner(t)))
    return Action(kind="steal", target=ground.owner(thing), thing=thing), -1


def _pick_on(eyes: Eyes, who: str, near: list[str]) -> Begun:
    foe = min(near, key=lambda n: eyes.likes(who, n))
    if eyes.likes(who, foe) > -2:
        return None
    wrongs = [w.event.id for w in eyes.ground.wrongs.values() if (w.doer, w.victim) == (foe, who)
              and eyes.ground.knows(who, w.event)]
    if wrongs:
        return Action(kind="quarrel", target=foe), wrongs[-1]
    blunder = eyes.ground.blunders.get(foe)
    if blunder and eyes.ground.knows(who, blunder) and eyes.ground.minute - blunder.minute < 3000:
        return Action(kind="mock", target=foe), blunder.id
    return Action(kind="quarrel", target=foe), -1


def _make(eyes: Eyes, who: str, near: list[str]) -> Begun:
    things = [t for t in eyes.ground.unmade if eyes.ground.owner(t) == who]
    return (Action(kind="make", thing=things[0]), -1) if things else None


def _mend(eyes: Eyes, who: str, near: list[str]) -> Begun:
    place = eyes.ground.where(who)
    for thing, broken in eyes.ground.broken_things.items():
        holder = eyes.ground.holder(thing)
        if holder == who or (eyes.ground.open(thing) and eyes.ground.place_of(thing) == place):
            return Action(kind="mend", thing=thing), broken.id
    return None


def _befriend(eyes: Eyes, who: str, near: list[str]) -> Begun:
    fond = [n for n in near if eyes.likes(who, n) >= 3 and eyes.likes(n, who) >= 3
            and n not in eyes.ground.friendships[who] and eyes.ground.people[n].home != eyes.ground.people[who].home]
    return (Action(kind="befriend", target=eyes.dice.one(fond)), -1) if fond else None


CHOICES: tuple[tuple[Weight, Deed], ...] = (
    (lambda e, m, n, near, work: (0.6 + 0.5 * n.company) * bool(near), _meet),
    (lambda e, m, n, near, work: (0.7 + 0.6 * e.has(m, "generous", "kind")) * bool(near), _lend),
    (lambda e, m, n, near, work: (0.3 + 0.5 * e.has(m, "generous")) * bool(near), _give),
    (lambda e, m, n, near, work: (0.2 + 0.7 * n.hunger) * bool(near), _share),
    (lambda e, m, n, near, work: 0.9 * bool(near) * e.grown(m), _promise),
    (lambda e, m, n, near, work: (0.5 + 0.4 * e.has(m, "patient")) * bool(near) * e.grown(m), _teach),
    (lambda e, m, n, near, work: (1.6 if not e.grown(m) else 0.1) * bool(near) * (not work), _play),
    (lambda e, m, n, near, work: (0.4 + 0.4 * e.has(m, "kind")) * bool(near) * (not work), _help),
    (lambda e, m, n, near, work: (0.2 + 0.2 * e.has(m, "cheerful", "kind")) * bool(near), _praise),
    (lambda e, m, n, near, work: 0.8 * bool(near) * e.grown(m), _trade),
    (lambda e, m, n, near, work: (0.15 + 0.25 * e.has(m, "curious")) * bool(near) * e.grown(m), _news),
    (lambda e, m, n, near, work: 0.5 * (not e.grown(m)), _prank),
    (lambda e, m, n, near, work: 0.3 * (not work), _take),
    (lambda e, m, n, near, work: 0.25 * (not work), _tidy),
    (lambda e, m, n, near, work: 0.35, _put),
    (lambda e, m, n, near, work: 0.12 + 0.15 * e.has(m, "timid", "sly", "stingy"), _hide),
    (lambda e, m, n, near, work: 1.1 * e.has(m, "sly") + 0.25 * e.has(m, "stingy") + 0.15 * n.hunger
     + 0.05 * (not e.has(m, "honest")), _steal),
    (lambda e, m, n, near, work: (0.3 + 0.7 * e.has(m, "hot-tempered", "unforgiving")) * bool(near), _pick_on),
    (lambda e, m, n, near, work: 0.15 + 0.15 * n.purpose + 0.15 * n.hunger, _make),
    (lambda e, m, n, near, work: 0.25 + 0.3 * e.has(m, "patient", "kind"), _mend),
    (lambda e, m, n, near, work: 0.5 * bool(near), _befriend),
)
