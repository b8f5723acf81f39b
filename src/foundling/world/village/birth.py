"""A village from a seed: its places, families and things, as a Setting. Nothing happens here yet."""

from collections.abc import Iterator, Sequence

from foundling.records import BadInput
from foundling.world.chance import Dice
from foundling.world.village import words
from foundling.world.village.families import Draft, families
from foundling.world.village.records import Person, Place, Setting, Thing

LEAST, MOST = 12, 60
OWNED, TO_MAKE = (4, 6), 12  # things a person has at the start, and things a person may make in time
PLACES = (12, 20)
TEMPERS = (
    ("proud", "shy"), ("kind",), ("hot-tempered", "patient"), ("honest", "sly"), ("curious",), ("generous", "stingy"),
    ("brave", "timid"), ("forgiving", "unforgiving"), ("cheerful", "gloomy"),
)
"""Temper words; of two in one bracket a person can be only one."""


def born(seed: int, people: int, names: Sequence[str] = ()) -> Setting:
    """The setting of a village of so many people, with names of the built-in lists or of `names`.

    Raises BadInput for a number outside 12 to 60 and for fewer different names than people.
    """
    if not LEAST <= people <= MOST:
        raise BadInput(f"A village has {LEAST} to {MOST} people, not {people}: ask for a number between.")
    if names and len(set(names)) < people:
        raise BadInput(f"{len(set(names))} different names are not enough for {people} people: give more names.")
    if any(not name.strip() or len(name) > 40 or not name.isprintable() or "|" in name for name in names):
        raise BadInput("A name for a villager is empty, too long or not printable: give names of 1 to 40 letters.")
    dice = Dice(seed, "birth")
    drafts = families(people, dice)
    houses = dice.mixed(list(words.phrases("houses")))
    places = _places(max(d.house for d in drafts) + 1, houses, dice)
    homes = [p.name for p in places if p.kind == "house"]
    living = _people(drafts, homes, places, names, dice)
    return Setting(
        seed=seed, name=dice.one(words.section("villages", "first")) + dice.one(words.section("villages", "second")),
        day=dice.randrange(360), people=living, places=places, things=tuple(_things(living, dice)),
    )


def workplace(setting: Setting, person: Person) -> str:
    """Where a person works: the first place of the kind that the work asks for, else the home."""
    kind = words.works()[person.work][0] if person.work in words.works() else "house"
    return next((p.name for p in setting.places if p.kind == kind and kind != "house"), person.home)


def _places(homes: int, houses: list[str], dice: Dice) -> tuple[Place, ...]:
    rows = words.rows("places")
    chosen = [row for row in rows if dice.chance(float(row[3]))]
    missing = [row for row in rows if row not in chosen]
    while len(chosen) < PLACES[0]:
        chosen.append(missing.pop())
    chosen = [row for row in rows if row in chosen][:PLACES[1]]
    taken: list[tuple[int, int]] = []
    places = []
    for kind, at, roof, _, others in chosen:
        name = dice.one([n.strip() for n in others.split(";")]) if others and dice.chance(0.4) else kind
        x, y = _spot(taken, dice, 60)
        places.append(Place(name=name, at=at, kind=kind, x=x, y=y, indoors=roof == "indoors"))
        if kind in ("barn", "wood", "meadow") and len(chosen) + len(places) < 36 and dice.chance(0.25):
            second = [n.strip() for n in others.split(";") if n.strip() != name]
            x, y = _spot(taken, dice, 60)
            places.append(Place(name=second[0], at=at, kind=kind, x=x, y=y, indoors=roof == "indoors"))
    for house in houses[:homes]:
        x, y = _spot(taken, dice, 30)
        places.append(Place(name=f"{house} house", at="at", kind="house", x=x, y=y, indoors=True))
    return tuple(places)


def _spot(taken: list[tuple[int, int]], dice: Dice, apart: int) -> tuple[int, int]:
    spot = (500, 500)
    for _ in range(50):
        spot = (dice.randint(0, 1000), dice.randint(0, 1000))
        if all(abs(spot[0] - x) + abs(spot[1] - y) >= apart for x, y in taken):
            break
    taken.append(spot)
    return spot


def _people(
    drafts: list[Draft], homes: list[str], places: tuple[Place, ...], names: Sequence[str], dice: Dice,
) -> tuple[Person, ...]:
    she, he = list(words.phrases("names-she")), list(words.phrases("names-he"))
    called: list[tuple[str, str]] = []
    if names:
        known = {**dict.fromkeys((*he, *words.phrases("names-new-he")), "he"),
                 **dict.fromkeys((*she, *words.phrases("names-new-she")), "she")}
        for name in dice.mixed(list(dict.fromkeys(names)))[:len(drafts)]:
            called.append((name, known.get(name) or dice.one(("she", "he"))))
        called = _fitted(called, drafts)
    else:
        pools = {"she": dice.mixed(she), "he": dice.mixed([name for name in he if name not in she])}
        called = [(pools[draft.they].pop(), draft.they) for draft in drafts]
    kinds = {p.kind for p in places}
    works = [work for work, (kind, _) in words.works().items() if kind in kinds and kind not in ("house",)]
    works = dice.mixed([work for work in works if work != "pupil"])
    found = []
    for number, draft in enumerate(drafts):
        name, they = called[number]
        kin = tuple((_gendered(word, called[other][1]), called[other][0]) for word, other in draft.kin)
        if draft.age < 15:
            work = "pupil" if "school" in kinds and draft.age >= 6 else "child"
        else:
            work = works[number % len(works)]
        found.append(Person(
            name=name, they=they, age=draft.age, work=work, home=homes[draft.house], temper=_temper(dice), kin=kin,
            away=draft.away,
        ))
    return tuple(found)


def _fitted(called: list[tuple[str, str]], drafts: list[Draft]) -> list[tuple[str, str]]:
    """Given names dealt to the drafts so that as many as possible keep the sex that the family has for them."""
    rest = list(called)
    dealt = []
    for draft in drafts:
        pick = next((c for c in rest if c[1] == draft.they), rest[0])
        rest.remove(pick)
        dealt.append(pick)
    return dealt


PAIRS = {
    "parent": ("mother", "father"), "child": ("daughter", "son"), "sibling": ("sister", "brother"),
    "spouse": ("wife", "husband"), "grandparent": ("grandmother", "grandfather"),
    "grandchild": ("granddaughter", "grandson"), "uncle": ("aunt", "uncle"), "nephew": ("niece", "nephew"),
}


def _gendered(word: str, they: str) -> str:
    return PAIRS[word][they == "he"]


def _temper(dice: Dice) -> tuple[str, ...]:
    return tuple(dice.one(pair) for pair in dice.mixed(TEMPERS)[:dice.randint(2, 4)])


def _things(people: tuple[Person, ...], dice: Dice) -> Iterator[Thing]:
    kinds = words.thing_kinds()
    lasting = [kind for kind, flags in kinds.items() if "food" not in flags]
    made = [kind for kind in lasting if "make" in kinds[kind]]
    food = [kind for kind, flags in kinds.items() if "food" in flags]
    cooked = [kind for kind in food if "make" in kinds[kind]]
    used: set[str] = set()

    def thing(kind: str, person: Person, place: str, holder: str) -> Thing:
        flags = kinds[kind]
        adjectives = words.phrases("adjectives-food" if "food" in flags else "adjectives")
        name = f"{dice.one(adjectives)} {kind}"
        while name in used:
            name = f"{dice.one(words.phrases('adjectives'))} {dice.one(food if 'food' in flags else [kind])}"
        used.add(name)
        kind = next(k for k in sorted(kinds, key=len, reverse=True) if name.endswith(f" {k}"))
        return Thing(
            name=name, kind=kind, owner=person.name, place=place, holder=holder, fragile="fragile" in flags,
            food="food" in flags,
        )

    for person in people:
        for number in range(dice.randint(*OWNED)):
            carried = number < 2
            pool = [k for k in lasting if "small" in kinds[k]] if carried else lasting if number < 5 else food
            at_home = not carried and not person.away
            yield thing(dice.one(pool), person, person.home if at_home else "", "" if at_home else person.name)
    for person in people:
        for number in range(TO_MAKE if person.age >= 8 else 3):
            yield thing(dice.one(made if number % 4 == 3 else cooked), person, "", "")
