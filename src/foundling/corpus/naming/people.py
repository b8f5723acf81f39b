"""Names for lessons: a list of first names, and new ones made of syllables. A generator flows in, names flow out.

The list shares no name with the name exam (a test holds it).

Most lessons use names that the model can never have learnt by heart, so that all it can do is copy the speaker's own
name from the turn's head: that is the rule which lets everybody keep their own.
"""

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """Abel Adela Albin Alma Alvin Amos Anders Anika Anton Arlo Asta Aurel Barnaby Basil Bea Benno Bertil Birgit
    Bram Camilla Caspar Celia Clement Cora Cyril Dagny Daphne Delia Dirk Edda Edgar Edwin Effie Elmer
    Elvira Enid Esme Ewald Fabian Fergus Fern Flora Floyd Franka Frieda Gerda Gideon Gilbert
    Giselle Gudrun Gustav Hanna Harald Hattie Hector Hedda Henning Hester Hilda Horace Ilse Imre Ingrid
    Irma Isidor Ivar Ivo Jens Joachim Josefa Judith Jules Kajsa Karin Kasper Klara Knut Lars Laszlo Leif
    Leopold Levin Liesel Linus Lorenz Lotte Ludwig Luise Magda Magnus Malte Marit Marta Matilda Melchior Meta
    Mina Minna Mirko Moritz Myra Nanna Nell Nestor Norbert Odile Olaf Oskar Osric Pavel Pelle Perla
    Petra Phoebe Pia Quentin Ragna Ramona Reuben Rolf Romy Rosalind Rufus Runa Sanna Sigrid Silas
    Solveig Sten Stina Svea Sven Tamsin Thea Thekla Tilda Tilly Timo Toivo Tova Ulla Ulrik Una Ursel Uwe Valdis Vanja
    Viggo Viola Volker Walda Wanda Wenzel Wido Xaver Yrsa Yvo Zelda Zita"""
)
_STARTS = _words("b br c d dr f fl g gr h j k kl l m n p pl r s sk st t tr v w y z th sh")
_VOWELS = _words("a e i o u a e i o ai ea ei oa ie")
_MIDDLES = _words("l ll m n nn r rr s ss t v d dr lm nd rn sk st b k")
_ENDS = ("", "n", "l", "r", "s", "m", "th", "k", "", "na", "la", "ra", "ta", "vin", "ric", "mund", "wen", "ka", "do")


def _pick(rng: np.random.Generator, parts: tuple[str, ...]) -> str:
    return parts[int(rng.integers(len(parts)))]


def made_name(rng: np.random.Generator) -> str:
    """A pronounceable name of two or three syllables that hardly anybody has."""
    middle = _pick(rng, _MIDDLES) + _pick(rng, _VOWELS) if rng.random() < 0.6 else ""
    return (_pick(rng, _STARTS) + _pick(rng, _VOWELS) + middle + _pick(rng, _ENDS)).capitalize()


def pick_names(rng: np.random.Generator, count: int, *, without: frozenset[str], made: float = 0.5) -> list[str]:
    """`count` different names, a share `made` of them new ones; none of `without` (compared by case-folded form)."""
    taken = {name.casefold() for name in without}
    names: list[str] = []
    while len(names) < count:
        name = made_name(rng) if rng.random() < made else FIRST_NAMES[int(rng.integers(len(FIRST_NAMES)))]
        if name.casefold() not in taken and len(name) > 2:
            taken.add(name.casefold())
            names.append(name)
    return names
