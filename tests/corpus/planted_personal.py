"""Personal data that nobody has, planted in sentences by rules of their own, and near misses: what the detector is
tried on.

Written from the formats that the issuing bodies print, not from the detector's expressions: check digits are found
here by trying them all with plain long division.
"""

import random
from collections.abc import Callable

FIRST = ("Ida", "Bo", "Anselm", "Maud", "Jonas", "Petra", "Luca", "Inés", "Chloé", "Wout", "Aud", "Zofia", "Owen")
LAST = ("Ash", "Birk", "Colm", "Dahl", "Eklund", "Farr", "Grau", "Holt", "Imre", "Joss", "Kerr", "Lund", "Moss", "Nagy")
HOSTS = ("example.org", "example.com", "mail.example.net", "post.example.de", "example.co.uk", "kontor.example.fr",
         "uni-example.edu", "my-host.example.io", "example.museum")
ROADS = ("Street", "St.", "Avenue", "Ave", "Road", "Rd.", "Lane", "Drive", "Court", "Terrace", "Crescent", "Blvd")
WAYS = ("straße", "strasse", "str.", "weg", "allee", "platz")


def some(rng: random.Random, form: str) -> str:
    """`#` becomes a digit, `%` one from 1 to 9, `&` one from 2 to 9."""
    swaps = {"#": "0123456789", "%": "123456789", "&": "23456789"}
    return "".join(rng.choice(swaps[c]) if c in swaps else c for c in form)


def tried(form: str, good: Callable[[str], bool], signs: str = "0123456789") -> str:
    """`form` with its `?` replaced by the sign that makes it good."""
    return next(text for sign in signs if good(text := form.replace("?", sign)))


def luhn_sum(number: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value if value < 10 else value - 9
    return total


def mail(rng: random.Random) -> str:
    first, last, host = rng.choice(FIRST).lower(), rng.choice(LAST).lower(), rng.choice(HOSTS)
    number, dotted = rng.randint(1, 99), host.replace(".", " dot ")
    return rng.choice([
        f"{first}.{last}@{host}", f"{first}{number}@{host}", f"{first[0]}_{last}@{host}", f"{first}+news@{host}",
        f"{first.upper()}@{host.upper()}", f"{first}-{last}@{host}", f"{first} [at] {host}",
        f"{first}.{last}(at){host}",
        f"{first} at {dotted}", f"{last}@{host}", f"mailto:{first}@{host}", f"<{first}.{last}@{host}>"])


def phone(rng: random.Random) -> str:
    return some(rng, rng.choice([
        "(&#&) &##-####", "&#&-&##-####", "&#&.&##.####", "&#& &## ####", "1-&#&-&##-####", "+1 &#& &## ####", "+1 "
        "(&#&) &##-####",
        "+1&#&&######", "&#&-&##-#### ext. ##", "+44 20 7### ####", "+44 (0)20 7### ####", "+447### ######", "020 "
        "7### ####",
        "07### ######", "(0161) 4## ####", "01632 96####", "+49 30 %######", "+49 (0)89 %#####", "+49-171-%######",
        "030 %######",
        "030/%### ####", "0171 %######", "(089) %## ## ##", "0171/%######", "0221-%######", "+33 6 ## ## ## ##",
        "+33 (0)1 ## ## ## ##",
        "0033 6 ## ## ## ##", "06 ## ## ## ##", "01.##.##.##.##", "04-##-##-##-##", "+39 06 %### ####", "+39 347 ### "
        "####",
        "347 ### ####", "06 %### ####", "+34 6## ### ###", "+34 91 ### ## ##", "6## ## ## ##", "91 ### ## ##", "+31 "
        "6 ########",
        "06-########", "020-### ####", "+31 20 ### ####", "+41 44 ### ## ##", "044 ### ## ##", "+43 1 %######", "+46 "
        "70 ### ## ##",
        "070-### ## ##", "+48 5## ### ###", "+351 91# ### ###", "+91 98### #####", "+81 3-####-####", "+61 4## ### "
        "###", "+353 87 ### ####",
    ]))


def card(rng: random.Random) -> str:
    stem, groups = rng.choice([("4", (4, 4, 4, 4)), ("5%", (4, 4, 4, 4)), ("34", (4, 6, 5)), ("37", (4, 6, 5)),
                               ("6011", (4, 4, 4, 4)),
                               ("2345", (4, 4, 4, 4)), ("36", (4, 6, 4)), ("3530", (4, 4, 4, 4)), ("62", (4, 4, 4, 4))])
    stem = stem.replace("%", rng.choice("12345"))
    body = stem + some(rng, "#" * (sum(groups) - len(stem) - 1)) + "?"
    number, at, parts = tried(body, lambda n: luhn_sum(n) % 10 == 0), 0, []
    for group in groups:
        parts.append(number[at:at + group])
        at += group
    return rng.choice([" ", "-", ""]).join(parts)


def account(rng: random.Random) -> str:
    country, form = rng.choice([
        ("DE", "#" * 18), ("FR", "#" * 23), ("GB", "MIDL" + "#" * 14), ("ES", "#" * 20), ("IT", "X" + "#" * 22),
        ("NL", "ABNA" + "#" * 10),
        ("AT", "#" * 16), ("CH", "#" * 17), ("BE", "#" * 12), ("PL", "#" * 24), ("SE", "#" * 20), ("IE",
            "AIBK" + "#" * 14), ("NO", "#" * 11)])
    body = some(rng, form)
    spelt = "".join(str(ord(c) - 55) if c.isalpha() else c for c in body + country)
    code = f"{country}{98 - int(spelt + '00') % 97:02d}{body}"
    return code if rng.random() < 0.4 else " ".join(code[i:i + 4] for i in range(0, len(code), 4))


def ip(rng: random.Random) -> str:
    four = ".".join(str(rng.randint(1, 254)) for _ in range(4))
    six = [f"{rng.randint(0x1000, 0xffff):x}" for _ in range(8)]
    return rng.choice([four, four, four, f"192.168.{rng.randint(0, 9)}.{rng.randint(2, 254)}", ":".join(six),
                       f"2001:db8::{six[0]}:{rng.randint(1, 9)}", f"fe80::{':'.join(six[:4])}1"[:24].rstrip(":"),
                       ":".join(["2a02", *six[1:]]).upper()])


def address(rng: random.Random) -> str:
    n, post = rng.randint(1, 240), some(rng, "%####")
    return rng.choice([
        f"{n} {rng.choice(['Maple', 'Old Mill', 'North Elm', 'Queen Anne', 'St. Mary'])} "
        f"{rng.choice(ROADS)}",
        f"{n}b {rng.choice(LAST)} Street, Apt {rng.randint(1, 40)}", f"{n} West {rng.randint(4, 90)}th Street",
        f"{n} {rng.choice(LAST)} Road, Springfield, IL {post}", f"{n} High Street, London SW1A 2AA",
        f"{rng.choice(['Linden', 'Schiller', 'Haupt', 'Garten'])}{rng.choice(WAYS)} {n}",
        f"Goethestraße {n}a, {post} Weimar", f"Lange Straße {n}", f"Am Markt {n}, {post} Jena",
        f"Kaiserring {n}, {post} Mannheim",
        f"{n} rue de la Paix", f"{n} bis, avenue Victor Hugo, {post} Lyon", f"{n}, rue des Lilas",
        f"{n} boulevard Voltaire",
        f"{n} place d'Italie", f"Calle Mayor {n}", f"Calle de Alcalá, {n}", f"Avenida de la Constitución {n}",
        f"C/ Serrano, {n}, {post} Madrid",
        f"Via Garibaldi {n}", f"via Giuseppe Verdi, {n}", f"Piazza del Duomo {n}", f"Corso Vittorio Emanuele {n}",
        f"Rua Augusta {n}",
        f"Keizersgracht {n}", f"Dorpsstraat {n}", f"Storgatan {n}", f"Nørregade {n}", f"ul. Długa {n}",
        f"P.O. Box {n}1", f"Postfach {n} 20"])


def national(rng: random.Random) -> str:
    def steuer() -> str:
        while True:
            ten = rng.sample("0123456789", 10)
            ten[rng.randrange(1, 10)] = ten[0]
            if ten[0] != "0":
                return tried("".join(ten) + "?", mod_11_10)

    def mod_11_10(number: str) -> bool:
        rest = 10
        for digit in number[:-1]:
            rest = ((int(digit) + rest) % 10 or 10) * 2 % 11
        return (rest + int(number[-1])) % 10 == 1

    def codice() -> str:
        stem = "".join(rng.choice("BCDFGLMNPRSTVZ") for _ in range(6)) + some(rng,
            "##") + rng.choice("ABCDEHLMPRST") + some(rng, "2#F%##")
        odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
        place = [int(c) if c.isdigit() else ord(c) - 65 for c in stem]
        return stem + chr(65 + (sum(odd[v] for v in place[::2]) + sum(place[1::2])) % 26)

    letters, number = "TRWAGMYFPDXBNJZSQVHLCKE", some(rng, "%#######")
    tax, born = steuer(), some(rng, rng.choice("12") + "##0%751#40%#")
    serial = rng.choice("CFGHJKLMNPRTVWXYZ") + some(rng, "22") + "K" + some(rng, "###") + "V" + some(rng, "#")
    key = sum((int(c) if c.isdigit() else ord(c) - 55) * w for c, w in zip(serial, (7, 3, 1) * 3, strict=True)) % 10
    insee = f"{born}{97 - int(born) % 97:02d}"
    return rng.choice([
        some(rng, "4%%-%#-%###"), f"SSN {some(rng, '4%# %# %###')}", tax, f"{tax[:2]} {tax[2:5]} {tax[5:8]} {tax[8:]}",
        f"{serial}{key}", f"Personalausweis {serial}", some(rng, "AB##%###C"[:2] + " ## ## ## C"), some(rng,
            "JG######D"), insee,
        f"{insee[0]} {insee[1:3]} {insee[3:5]} {insee[5:7]} {insee[7:10]} {insee[10:13]} {insee[13:]}", codice(),
        codice().lower(),
        f"{number}{letters[int(number) % 23]}", f"{number}-{letters[int(number) % 23]}",
        f"X{number[1:]}{letters[int(number[1:]) % 23]}"])


def link(rng: random.Random) -> str:
    user, secret = rng.choice(FIRST).lower(), "".join(rng.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(20))
    return rng.choice([
        f"https://{user}:{secret[:8]}@example.org/files", f"ftp://{user}:{secret[:6]}@ftp.example.net",
        f"https://example.com/reset?token={secret}",
        f"https://example.com/login?user={user}&next=home", f"http://example.org/?sid={secret}",
        f"https://api.example.io/v1?x=1&api_key={secret}",
        f"https://example.org/unsubscribe?email={user}%40example.com",
        f"postgres://{user}:{secret[:9]}@db.example.net:5432/main",
        f"https://example.com/cb?access_token={secret}&state=4", f"https://example.org/a?session_id={secret}"])


MAKERS = {"mail": mail, "phone": phone, "card": card, "account": account, "ip": ip, "address": address,
          "id": national, "link": link}
AROUND = (
    "{0}, she had written on the back.", "You find it under {0}.", "He said: {0}", "\"{0},\" he read, and laughed.",
    "Note ({0}) of the porter",
    "{0}", "Then came {0} and after it nothing more.", "On the card stood {0}; nobody knew it.",
    "Ida gave him {0}, twice.", "- {0}\n- bread\n- milk",
    "Er schrieb {0} auf den Zettel.", "Elle a noté {0} sur la porte.", "Lo scrisse così: {0}.", "Apuntó {0} en el "
    "libro.", "the old one was {0}, I think")
NEAR_MISSES = (
    "On 12.03.1998 at 14:30 it rained.", "Chapter 12. 1845. Page 310.", "ISBN 978-3-16-148410-0 and ISBN "
    "0-306-40615-2.", "It cost $1,234,567.89 then.",
    "They won 3-2, 21-19 and 11:9.", "Version 2.10.3.1 came after version 2.10.3.", "John 3:16 and Luke 12:1-4 were "
    "read.", "From 1914-1918, and 2019-2021.",
    "The town has 612 345 inhabitants.", "Room 101, line 4, seat 12 B.", "In 1984 the Way was long; 2001 Street "
    "lamps.", "The score was 102-99-87.",
    "At 10:45:30 the train left platform 12.", "Pi is 3.14159265358979.", "The year 2024-05-06T07:08:09Z was late.",
    "Order 66 of 1200 sheep and 350 goats.",
    "He counted 1 2 3 4 5 6 7 8 9 10.", "std::vector and a::b are code.", "@ida said at 5 o'clock: see you @ the "
    "mill", "Louis XIV., 5 feet 11, 180 pounds.",
    "Section 1.2.3.4 of the act.", "It is 150 000 000 km to the sun.", "A dozen (12) eggs, 24 hours, 365 days.",
    "The 3rd of May, 1808, by Goya.",
    "https://example.org/story/12?page=3 is a page.", "ISO 9001:2015 and RFC 2616.", "During 1914 they moved; in "
    "spring 1920 too.", "Brigade 12 came at 6.",
    "Flight LH 4711 left from gate 22.", "The ratio was 16:9:4.", "0.5 0.25 0.125 0.0625", "Act 4, Scene 2, lines "
    "100-150.")


def planted(count: int = 2_000, seed: int = 7) -> list[tuple[str, str, str]]:
    """(kind, the item, the text with it and a near miss), as many of each kind."""
    rng = random.Random(seed)
    rows = []
    for index in range(count):
        kind = tuple(MAKERS)[index % len(MAKERS)]
        item = MAKERS[kind](rng)
        around = rng.choice(AROUND).replace("{0}", item)
        if kind == "phone" and rng.random() < 0.3:
            around = f"Her number: {around}"
        rows.append((kind, item, f"{rng.choice(NEAR_MISSES)} {around} {rng.choice(NEAR_MISSES)}"))
    return rows
