"""Who lives with whom: a number of people in, drafts of families out: ages, sexes, houses and kin. Names come later."""

from dataclasses import dataclass, field

from foundling.world.chance import Dice

NEWCOMERS = 15  # one in so many people moves in only after the beginning
BACK = {
    "parent": "child", "child": "parent", "sibling": "sibling", "spouse": "spouse", "grandparent": "grandchild",
    "grandchild": "grandparent", "uncle": "nephew", "nephew": "uncle",
}


@dataclass(slots=True)
class Draft:
    """A person before the name: kin as pairs of (relation without sex, number of the other draft)."""

    they: str
    age: int
    house: int
    away: bool = False
    kin: list[tuple[str, int]] = field(default_factory=list)


def families(people: int, dice: Dice) -> list[Draft]:
    """Drafts of so many people, house by house; the last few are newcomers in a house of their own."""
    drafts: list[Draft] = []
    newcomers = max(1, people // NEWCOMERS)
    house = 0
    while len(drafts) < people - newcomers:
        room = people - newcomers - len(drafts)
        _household(drafts, house, room, dice)
        house += 1
    for _ in range(newcomers):
        drafts.append(Draft(dice.one(("she", "he")), dice.randint(19, 60), house, away=True))
        house += 1
    _cousins(drafts, dice)
    return drafts


def _household(drafts: list[Draft], house: int, room: int, dice: Dice) -> None:
    first = len(drafts)
    age = dice.randint(24, 58)
    shape = dice.random()
    they = dice.one(("she", "he"))
    if shape < 0.14 or room == 1:
        drafts.append(Draft(they, dice.randint(20, 88), house))
        return
    if shape < 0.24:
        drafts.append(Draft(they, age, house))
        drafts.append(Draft(dice.one(("she", "he")), max(16, age - dice.randint(1, 9)), house))
        _bind(drafts, first, "sibling", first + 1)
        return
    if shape < 0.36:
        drafts.append(Draft(they, dice.randint(64, 88), house))
        drafts.append(Draft("he" if they == "she" else "she", dice.randint(64, 86), house))
        _bind(drafts, first, "spouse", first + 1)
        return
    parents = [first]
    drafts.append(Draft(they, age, house))
    if dice.chance(0.8):
        drafts.append(Draft("he" if they == "she" else "she", max(20, age + dice.randint(-6, 6)), house))
        _bind(drafts, first, "spouse", first + 1)
        parents.append(first + 1)
    wanted = dice.randint(1, 3)
    youngest = min(drafts[p].age for p in parents)
    children: list[int] = []
    while wanted > len(children) and len(drafts) - first < room and youngest >= 25:
        number = len(drafts)
        drafts.append(Draft(dice.one(("she", "he")), dice.randint(5, min(19, youngest - 19)), house))
        for parent in parents:
            _bind(drafts, number, "parent", parent)
        for other in children:
            _bind(drafts, number, "sibling", other)
        children.append(number)
    if len(drafts) - first < room and age < 60 and dice.chance(0.3):
        number = len(drafts)
        drafts.append(Draft(dice.one(("she", "he")), min(90, age + dice.randint(22, 32)), house))
        _bind(drafts, first, "parent", number)
        for child in children:
            _bind(drafts, child, "grandparent", number)


def _bind(drafts: list[Draft], one: int, word: str, other: int) -> None:
    """`other` is `one`'s parent (or spouse...), and the reverse."""
    drafts[one].kin.append((word, other))
    drafts[other].kin.append((BACK[word], one))


def _cousins(drafts: list[Draft], dice: Dice) -> None:
    """A few grown-ups of different houses are sisters and brothers, and so aunts and uncles."""
    grown = [n for n, d in enumerate(drafts) if 24 <= d.age <= 70 and not any(w == "sibling" for w, _ in d.kin)]
    order = dice.mixed(grown)
    for one, other in zip(order[::2], order[1::2], strict=False):
        apart = abs(drafts[one].age - drafts[other].age)
        if drafts[one].house != drafts[other].house and apart <= 15 and dice.chance(0.5):
            parents = any(word == "parent" for n in (one, other) for word, _ in drafts[n].kin)
            if parents:
                continue
            _bind(drafts, one, "sibling", other)
            for adult, uncle in ((one, other), (other, one)):
                for child in [n for word, n in drafts[adult].kin if word == "child"]:
                    _bind(drafts, child, "uncle", uncle)
