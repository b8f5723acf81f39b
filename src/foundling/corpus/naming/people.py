"""Names for lessons: a list of first names, and new ones made of syllables. A generator flows in, names flow out.

Most lessons use names that the model can never have learnt by heart, so that all it can do is copy the speaker's own
name from the turn's head: that is the rule which lets everybody keep their own.
"""

import numpy as np

FIRST_NAMES = tuple(
    """Abel Ada Adela Agnes Albin Alma Alvin Amos Anders Anika Anton Arlo Asta Aurel Barnaby Basil Bea Benno Bertil Birgit
    Bram Bruno Camilla Caspar Celia Clement Cora Cyril Dagny Daphne Delia Dirk Dora Edda Edgar Edith Edwin Effie Elmer
    Elsa Elvira Emil Enid Erik Esme Ewald Fabian Felix Fergus Fern Flora Floyd Franka Frieda Gerda Gideon Gilbert
    Giselle Greta Gudrun Gustav Hanna Harald Hattie Hector Hedda Henning Hester Hilda Horace Hugo Ida Ilse Imre Ingrid
    Irma Isidor Ivar Ivo Jasper Jens Joachim Jonas Josefa Judith Jules Kajsa Karin Kasper Klara Knut Lars Laszlo Leif
    Lena Leopold Levin Liesel Linus Lorenz Lotte Ludwig Luise Magda Magnus Malte Marit Marta Matilda Max Melchior Meta
    Mina Minna Mirko Moritz Myra Nanna Nell Nestor Nils Nora Norbert Odile Olaf Olga Oskar Osric Otto Pavel Pelle Perla
    Petra Phoebe Pia Piet Quentin Ragna Ralph Ramona Reuben Rolf Romy Rosalind Rufus Runa Sanna Selma Sigrid Silas
    Solveig Sten Stina Svea Sven Tamsin Thea Thekla Tilda Tilly Timo Toivo Tova Ulla Ulrik Una Ursel Uwe Valdis Vanja
    Vera Viggo Viola Volker Walda Wanda Wenzel Wido Wilma Xaver Yrsa Yvo Zelda Zita""".split()
)
_STARTS = "b br c d dr f fl g gr h j k kl l m n p pl r s sk st t tr v w y z th sh".split()
_VOWELS = "a e i o u a e i o ai ea ei oa ie".split()
_MIDDLES = "l ll m n nn r rr s ss t v d dr lm nd rn sk st b k".split()
_ENDS = ["", "n", "l", "r", "s", "m", "th", "k", "", "na", "la", "ra", "ta", "vin", "ric", "mund", "wen", "ka", "do"]


def made_name(rng: np.random.Generator) -> str:
    """A pronounceable name of two or three syllables that hardly anybody has."""
    pick = lambda parts: str(parts[int(rng.integers(len(parts)))])  # noqa: E731
    middle = pick(_MIDDLES) + pick(_VOWELS) if rng.random() < 0.6 else ""
    return (pick(_STARTS) + pick(_VOWELS) + middle + pick(_ENDS)).capitalize()


def pick_names(rng: np.random.Generator, count: int, *, without: frozenset[str], made: float = 0.5) -> list[str]:
    """`count` different names, a share `made` of them new ones; none of `without` (compared by case-folded form)."""
    taken, names = {name.casefold() for name in without}, []
    while len(names) < count:
        name = made_name(rng) if rng.random() < made else FIRST_NAMES[int(rng.integers(len(FIRST_NAMES)))]
        if name.casefold() not in taken and len(name) > 2:
            taken.add(name.casefold())
            names.append(name)
    return names
