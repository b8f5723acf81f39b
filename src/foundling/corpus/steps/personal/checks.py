"""A candidate in, whether its check digits hold out. It knows no context and searches nothing.

Each function takes what a pattern matched, separators included. Sources are the public rules of the issuing bodies:
ISO/IEC 7812 (Luhn), ISO 13616 (IBAN), ISO/IEC 7064 (Steuer-ID), INSEE (NIR), Decreto 23/12/1976 (codice fiscale).
"""

import ipaddress
import re

_LENGTHS = {  # of account numbers, by country
    15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT", 26: "IS TR", 27: "BI FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC",
}
IBAN_FORM = "|".join(  # as an expression: the country says how many signs follow, in groups or not
    rf"(?:{countries.replace(' ', '|')})[0-9]{{2}}(?:[ -]?[0-9A-Z]){{{length - 4}}}"
    for length, countries in _LENGTHS.items())
_CARDS = (  # first digits and lengths, as the schemes publish them
    (re.compile(r"4"), (13, 16, 19)), (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)),
    (re.compile(r"3[47]"), (15,)), (re.compile(r"30[0-5]|3[689]"), (14, 16)), (re.compile(r"35(?:2[89]|[3-8])"), (16,)),
    (re.compile(r"6011|64[4-9]|65"), (16, 19)), (re.compile(r"62|81"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6[0379]"), (16, 17, 18, 19)),
)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10,
    22, 25,
    24, 23), strict=True))


def digits(text: str) -> str:
    """The decimal digits 0-9 of a text."""
    return re.sub(r"[^0-9]", "", text)


def luhn(text: str) -> bool:
    """Whether the digits hold Luhn's check."""
    numbers = [int(d) for d in reversed(digits(text))]
    return sum(numbers[::2]) % 10 == -sum(sum(divmod(2 * n, 10)) for n in numbers[1::2]) % 10


def card(text: str) -> bool:
    """A payment card: a known scheme's first digits and length, Luhn, and not one digit all along."""
    number = digits(text)
    known = any(prefix.match(number) and len(number) in lengths for prefix, lengths in _CARDS)
    return known and len(set(number)) > 1 and luhn(number)


def iban(text: str) -> bool:
    """An account number: its country's length and remainder 1 modulo 97."""
    code = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    if code[:2] not in _LENGTHS.get(len(code), "").split():
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def ip(text: str) -> bool:
    """An address of the internet, version 4 or 6, that could be somebody's (not 0.x and not a bare `::`)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not address.is_unspecified and not text.startswith("0.")


def isbn(text: str) -> bool:
    """A book's number of ten digits in its four groups with its check digit: no telephone."""
    code = re.sub(r"[^0-9Xx]", "", text).upper()
    if len(code) != 10 or not re.fullmatch(r"[0-9]+([ -])[0-9]+\1[0-9]+\1[0-9Xx]", text):
        return False
    return sum((10 - i) * (10 if c == "X" else int(c)) for i, c in enumerate(code)) % 11 == 0


def steuer_id(text: str) -> bool:
    """German tax number: eleven digits, one of the first ten comes twice or thrice, check after ISO 7064 mod 11, 10."""
    number = digits(text)
    often = sorted(number[:10].count(d) for d in "0123456789")
    if len(number) != 11 or number[0] == "0" or often[-1] not in (2, 3) or often[-2] != 1:
        return False
    product = 10
    for digit in number[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(number[10])


def ausweis(text: str) -> bool:
    """German identity card: nine letters and digits and a check digit with weights 7, 3, 1."""
    code = re.sub(r"[^0-9A-Z]", "", text)
    if len(code) != 10 or not code[9].isdigit():
        return False
    return sum(int(c, 36) * (7, 3, 1)[i % 3] for i, c in enumerate(code[:9])) % 10 == int(code[9])


def nir(text: str) -> bool:
    """French social security number with its key: 97 minus the remainder modulo 97 (2A and 2B are Corsica)."""
    code = re.sub(r"[^0-9AB]", "", text.upper()).replace("2A", "19", 1).replace("2B", "18", 1)
    return len(code) == 15 and code.isdigit() and 97 - int(code[:13]) % 97 == int(code[13:])


def codice(text: str) -> bool:
    """Italian codice fiscale with its last letter."""
    code = text.upper()
    total = sum(_ODD[c] if i % 2 == 0 else int(c) if c.isdigit() else ord(c) - 65 for i, c in enumerate(code[:15]))
    return chr(65 + total % 26) == code[15]


def dni(text: str) -> bool:
    """Spanish DNI or NIE: the letter is the number modulo 23."""
    code = re.sub(r"[^0-9A-Z]", "", text.upper())
    number = str("XYZ".find(code[0])) + code[1:-1] if code[0] in "XYZ" else code[:-1]
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == code[-1]


def pesel(text: str) -> bool:
    """Polish PESEL: eleven digits with weights 1, 3, 7, 9."""
    number = digits(text)
    return len(number) == 11 and sum(int(d) * (1, 3, 7, 9)[i % 4] for i, d in enumerate(number[:10])) % 10 == (
        -int(number[10]) % 10)


def bsn(text: str) -> bool:
    """Dutch citizen's number: nine digits, the test of eleven."""
    number = digits(text)
    return len(number) == 9 and sum(int(d) * w for d, w in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1),
        strict=True)) % 11 == 0
