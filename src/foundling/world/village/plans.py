"""Where people mean to be on an ordinary day: a person and a day in, a Plan out: places by the hour, bed and rising.

Age, work, weather, market days, days of rest and feasts decide; what people do there is the business of `minds`.
"""

from dataclasses import dataclass

from foundling.world.chance import Dice
from foundling.world.village.ground import Ground

WEEK, MARKET_DAY, REST_DAY = 7, 3, 6
WET = ("rain", "storm", "snow", "frost")
PLAY = ("meadow", "pond", "river", "wood", "garden", "barn", "market", "hill", "bridge", "orchard")
LEISURE = ("inn", "inn", "well", "market", "garden", "shop", "bridge", "river", "chapel", "orchard", "hill", "pond")


@dataclass(slots=True)
class Plan:
    """One day: (from minute of the day, place) in order, when to rise, when to sleep, when work is done."""

    stops: list[tuple[int, str]]
    rise: int
    bed: int
    works: bool

    def place(self, minute: int) -> str:
        """Where to be at a minute of the day."""
        at = self.stops[0][1]
        for start, place in self.stops:
            if start > minute:
                break
            at = place
        return at


def plan(ground: Ground, who: str, day: int, work: str, feast: str, dice: Dice) -> Plan:
    """Somebody's plan for the day that begins; `feast` is the place of today's feast, or ""."""
    person = ground.people[who]
    home = person.home
    rise = 60 * (6 if person.age < 65 else 5) + 10 * dice.randint(0, 9)
    bed = 60 * (20 if person.age < 15 else 22) + 10 * dice.randint(-3, 6)
    stops = [(0, home)]
    rest = day % WEEK == REST_DAY
    busy = not rest and not ground.ill(who)
    if ground.ill(who):
        return Plan(stops, rise + 90, bed - 60, False)
    if person.age < 15:
        if busy and work != home:
            stops.append((480, work))
            if dice.chance(0.4):
                stops.append((780, home))
        stops.append((840 + 10 * dice.randint(0, 6), _leisure(ground, who, PLAY, dice)))
        if dice.chance(0.25):
            stops.append((960, _leisure(ground, who, PLAY, dice)))
        stops.append((1080, home))
    elif person.age >= 70:
        stops.append((560, work if busy and dice.chance(0.5) else _leisure(ground, who, LEISURE, dice)))
        stops += [(740, home)]
        if dice.chance(0.6):
            stops += [(880 + 10 * dice.randint(0, 8), _leisure(ground, who, LEISURE, dice)), (1080, home)]
    else:
        stops.append((450 + 10 * dice.randint(0, 6), work if busy else _leisure(ground, who, LEISURE, dice)))
        if day % WEEK == MARKET_DAY and dice.chance(0.55):
            stops.append((560 + 10 * dice.randint(0, 6), _kind(ground, ("market",), home, dice)))
        if dice.chance(0.2):
            stops.append((720, home))
        stops.append((790, work if busy else stops[-1][1]))
        if dice.chance(0.55):
            stops.append((1010 + 10 * dice.randint(0, 10), _leisure(ground, who, LEISURE, dice)))
        stops.append((1180 + 10 * dice.randint(0, 8), home))
    if feast:
        stops = [stop for stop in stops if stop[0] < 900]
        stops += [(940 + 10 * dice.randint(0, 4), feast), (bed - 80, home)]
    return Plan(sorted(stops), rise, bed, busy)


def _leisure(ground: Ground, who: str, kinds: tuple[str, ...], dice: Dice) -> str:
    """A place to go to for pleasure; under a roof when it is wet, sometimes a friend's house."""
    home = ground.people[who].home
    friends = ground.friends(who)
    if friends and dice.chance(0.25):
        friend = dice.one(friends)
        if ground.where(friend):
            return ground.people[friend].home
    if ground.weather in WET:
        return _kind(ground, ("inn", "barn", "shop") if ground.people[who].age >= 15 else ("barn",), home, dice)
    return _kind(ground, (dice.one(kinds), dice.one(kinds)), home, dice)


def _kind(ground: Ground, kinds: tuple[str, ...], other: str, dice: Dice) -> str:
    found = [p.name for p in ground.setting.places if p.kind in kinds]
    return dice.one(found) if found else other
