"""The written forms of personal data as compiled expressions, each with what has to hold besides. It searches nothing.

An expression begins and ends inside one line and has bounded repeats only, so that no hostile text makes it slow. The
order is that of priority: what an earlier one has claimed no later one may touch.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from foundling.corpus.steps.personal import checks

_PHONE = r"phon|\btel|\bcall|mobil|\bcell|\bfax|whatsapp|\bsms\b|\bring\b|\btext (?:me|us|her|him)|dial|hotline" \
    r"|nummer|téléphon|\bappel|portable|m[óo]vil|llam|teléfono|chiam|cellulare|telefo|numéro|\breach|\bnumber" \
    r"|bellen|ruf|\blig"
_STREETS = "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Place|Pl|Terrace|Way" \
    "|Close|Crescent|Gardens|Row|Parkway|Pkwy|Circle|Cir|Highway|Hwy|Mews|Grove|Trail|Walk|Wharf|Hill|Quay"
_NAME = r"(?:d[ae]l? (?:l[aoe]s? )?|dell[aeo] |dell'|d[aeio]s? |du |des |de l['’]|d['’]|l['’]|v[ao]n (?:de[rn]? )?)?" \
    r"[^\W\d_a-zß-öø-ÿ][\w.'’-]{0,24}"
_BEHIND = r"[^\W\d_a-zäöüåø][^\W\d_A-Z]{2,20}(?:straße|strasse|str\.|weg|allee|platz|gasse|ufer|damm|straat" \
    r"|laan|gracht|plein|kade|dijk|gatan|vägen|gade|vej|veien|gata|ring)(?<!Spring)(?<!Brigade)"
_BEFORE = r"(?:[Cc]alle|C/|[Aa]venida|Avda?\.|[Pp]laza|[Pp]aseo|Carrer|[Cc]amino|Ronda|[Tt]raves[ií]a|[Vv]ia|[Vv]iale" \
    r"|[Pp]iazza(?:le)?|[Cc]orso|[Vv]icolo|[Ll]argo|[Rr]ua|[Tt]ravessa|[Pp]raça|[Ee]strada|ul\.|al\.|pl\.|[Rr]ue" \
    r"|[Bb]oulevard)"
_FRENCH = r"(?:rue|avenue|av\.|boulevard|bd\.?|place|chemin|allée|impasse|quai|route|cours|passage|ruelle|sentier)"
_TOWN = r"(?:,? [A-Z]?-?\d{4,5}(?: ?[A-Z]{2})? [^\W\d_][\w-]{1,24})?"


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One form: `holds` judges the matched words, `near` must and `never` must not stand in the 40 characters
    before. `long`: it has six digits or more, and at most four signs between one and the next.
    """

    kind: str
    form: re.Pattern[str]
    long: bool = False
    holds: Callable[[str], bool] = _always
    near: re.Pattern[str] | None = None
    never: re.Pattern[str] | None = None


def _words(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _telephone(text: str) -> bool:
    """Seven to fifteen digits, not all alike, neither a date nor a book's number."""
    number = checks.digits(text)
    dated = re.match(r"\(?(?:\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}([./-])\d\d\2\d\d"
                     r"|\d\d \d\d (?:19|20)\d\d|(?:1\d|20)\d\d ?- ?(?:1\d|20)\d\d)(?!\d|[./-]\d)", text)
    other = dated or checks.isbn(text) or text.endswith((" 000", "000 000"))  # round numbers count people or kilometres
    return 7 <= len(number) <= 15 and len(set(number)) > 1 and not other


def _reach(text: str) -> bool:
    number = checks.digits(text)
    return _telephone(text) and 9 <= len(number) <= 12


def _street(text: str) -> bool:
    return not re.match(r"(?:1[0-9]|20)\d\d (?:[A-Z]\w+ )?(?:Way|Close|Place|Hill|Row|Drive|Walk)$", text)


_CALLED = _words(_PHONE)
_NO_PHONE = _words(r"(?:(?:isbn|issn|doi|pages?|\bpp?\.|verse|chapter|version|order|invoice|serial|part|model)"
                   r"(?: (?:no\.?|number|nr\.?|is))?[ :#.]*|[$€£] ?)$")
_NO_IP = _words(r"(?:\bv|version|release|ver\.?|build|firmware|section|chapter|clause|paragraph|kapitel|§|article"
                r"|update|abschnitt|upgrad\w+ to|python|kernel|linux)[ :]*$")
NUMBERED = (
    Pattern(kind="account", holds=checks.iban, form=re.compile(
        rf"(?<![A-Za-z0-9])(?=[A-Za-z]{{2}}[0-9])(?i:{checks.IBAN_FORM})(?![A-Za-z0-9])")),
    Pattern(kind="card", long=True, holds=checks.card, form=re.compile(
        r"(?<![\w.,-])(?:\d{4}([ .-]?)\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|3\d{3}([ -]?)\d{6}\2\d{4,5})(?![\w-]"
        r"|[.,]\d)")),
    Pattern(kind="id", long=True, holds=checks.nir, form=re.compile(
        r"(?<!\w)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3} ?[ -]?\d\d(?!\w)")),
    Pattern(kind="id", long=True, form=re.compile(
        r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])")),
    Pattern(kind="id", long=True, near=_words(r"\bssn\b|social security"),
            form=re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}[ .]?(?!00)\d\d[ .]?(?!0000)\d{4}(?![\w-])")),
    Pattern(kind="id", long=True, holds=checks.codice, form=re.compile(
        r"(?<!\w)[A-Za-z]{6}[0-9]{2}[A-EHLMPRSTa-ehlmprst][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z](?!\w)")),
    Pattern(kind="id", long=True, form=re.compile(
        r"(?<!\w)(?!BG|GB|NK|KN|TN|NT"
        r"|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?!\w)")),
    Pattern(kind="id", long=True, holds=checks.dni, form=re.compile(
        r"(?<![\w.])(?:\d{8}|\d\d\.\d{3}\.\d{3}|[XYZxyz][ -]?\d{7})[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z](?!\w)")),
    Pattern(kind="id", long=True, holds=checks.steuer_id, form=re.compile(
        r"(?<![\w.,+-])\d\d[ /]?\d{3}[ /]?\d{3}[ /]?\d{3}(?![\w-])")),
    Pattern(kind="id", holds=checks.ausweis, form=re.compile(
        r"(?<!\w)[CFGHJ-NPRTV-Z](?=[0-9A-Z]{0,6}\d)[CFGHJ-NPRTV-Z0-9]{8}[ -]?\d(?:<{0,2}D)?(?!\w)")),
    Pattern(kind="id", near=_words(r"ausweis|identity card|id card|passport|reisepass|passeport|pasaporte"),
            form=re.compile(r"(?<!\w)[CFGHJ-NPRTV-Z](?=[0-9A-Z]{0,7}\d)[CFGHJ-NPRTV-Z0-9]{8}(?!\w)")),
    Pattern(kind="id", long=True, holds=checks.pesel, near=_words("pesel"), form=re.compile(r"(?<!\w)\d{11}(?!\w)")),
    Pattern(kind="id", long=True, holds=checks.bsn, near=_words(r"\bbsn\b|burgerservice|sofinummer"),
            form=re.compile(r"(?<!\w)\d{3}[ .]?\d{3}[ .]?\d{3}(?!\w)")),
    Pattern(kind="ip", holds=checks.ip, never=_NO_IP, form=re.compile(
        r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w)")),
    Pattern(kind="address", holds=_street, form=re.compile(
        r"(?<![\w.,:$€£-])(?!(?<=[Ii]n )(?:1[5-9]|20)\d\d )\d{1,5}(?:-\d{1,5})?[A-Za-z]?,? "
        r"(?:[NSEW]\.? |North |South |East |West )?"
        rf"(?:(?:[A-Z][\w'’.-]{{1,24}}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}(?:{_STREETS})\b"
        r"(?:(?<=[ ]St|[ ]Rd|[ ]Ln|[ ]Dr|[ ]Ct|[ ]Sq|[ ]Pl)\.|(?<= Ave)\.|(?<= Blvd)\.)?"
        r"(?:,? ?(?:Apt|Apartment|Suite|Ste|Unit|Flat)\.? ?#?\w{1,5}|,? #\w{1,5})?"
        r"(?:,? (?:[A-Z][a-z]{1,20} ?){1,3},? (?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}))?")),
    Pattern(kind="address", form=re.compile(rf"(?<!\w){_BEHIND} \d{{1,4}}(?: ?[a-hA-H]\b)?(?![\w:.]\w){_TOWN}")),
    Pattern(kind="address", form=re.compile(
        r"(?:[A-ZÄÖÜ][\w-]{1,20} (?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|Ring|Ufer|Markt)|Unter den Linden|"
        rf"(?:Am|An der|Im|In der|Auf dem|Zum|Zur) [A-ZÄÖÜ][\w-]{{2,24}}(?= \d{{1,4}} ?[a-h]?, \d{{5}} )) "
        rf"\d{{1,4}}(?: ?[a-h]\b)?(?![\w:.]\w){_TOWN}")),
    Pattern(kind="address", form=re.compile(
        rf"(?<![\w.,:-])\d{{1,4}}(?: ?(?:bis|ter|quater))?,? (?i:{_FRENCH}) {_NAME}(?:[ -]{_NAME}){{0,3}}{_TOWN}")),
    Pattern(kind="address", form=re.compile(
        rf"(?<!\w){_BEFORE} (?:{_NAME} ){{0,3}}{_NAME}(?:,? (?:n[º°.r]{{1,2}} ?|num\. )?|, )\d{{1,4}}(?: ?[a-hA-H]\b)?"
        rf"(?:/\d{{1,4}})?(?![\w:.]\w){_TOWN}")),
    Pattern(kind="address", form=re.compile(
        r"(?<!\w)(?:P\.? ?O\.? ?Box|Postfach|Boîte postale|Apartado(?: de correos)?|Casella postale"
        r"|Postbus) \d[\d ]{0,7}\d\b"
        )),
    Pattern(kind="phone", long=True, holds=lambda text: _telephone(text) and len(checks.digits(text)) >= 8,
            never=_NO_PHONE, form=re.compile(
        r"(?<![\w+])(?:\+ ?|00(?=[1-9]))\d(?:[ ./-]{0,2}[()]?[ ]?\d){6,15}(?!\d)(?:[ ,]{1,2}(?:ext"
        r"|x)\.? ?\d{1,5}\b)?")),
    Pattern(kind="phone", long=True, holds=_telephone, never=_NO_PHONE, form=re.compile(
        r"(?<![\w.,/+-])(?:1[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d([ .-]))[2-9]\d\d[ .-]\d{4}(?![\w-]|[.,]\d)"
        r"(?:[ ,]{1,2}(?:ext|x)\.? ?\d{1,5}\b)?")),
    Pattern(kind="phone", long=True, holds=_reach, never=_NO_PHONE, form=re.compile(
        r"(?<![\w.,/+:-])\(?0[1-9]\d{0,4}(?:\)[ /.-]?| ?[/.-] ?| )\d{1,8}(?:[ .-]\d{1,8}){0,4}(?!\w|[.,/:]\d)")),
    Pattern(kind="phone", long=True, holds=_reach, never=_NO_PHONE, form=re.compile(
        r"(?<![\w.,/+:-])[6-9]\d{2}([ .-])\d\d\1\d\d\1\d\d(?![\w-]|[.,]\d)"
        r"|(?<![\w.,/+:-])9\d ?\d{3} \d\d \d\d(?![\w-]|[.,]\d)"
        r"|(?<![\w.,/+:-])3[2-9]\d[ .-]\d{3}[ .-]?\d{4}(?![\w-]|[.,]\d)")),
    Pattern(kind="phone", long=True, holds=_telephone, near=_CALLED, never=_NO_PHONE, form=re.compile(
        r"(?<![\w.,/+:$€£-])\(?\d(?:\)?[ ./-]{0,2}\(?\d){6,11}(?![\w%]|[.,/:]\d)")),
)
SIX = Pattern(kind="ip", holds=checks.ip, form=re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]{6,39}(?:[^\w:]|$"
    r"|:(?!\w)))(?=[A-Fa-f:]{0,38}\d)(?:[0-9A-Fa-f]{1,4}:{1,2}){1,7}[0-9A-Fa-f]{1,4}"
    r"(?![\w:]*\w)"))
MAIL = Pattern(kind="mail", form=re.compile(
    r"(?<![\w.+%-])[\w.+%'&-]{0,63}[\w+%-] ?@ ?(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w@])"))
HIDDEN = Pattern(kind="mail", form=re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64} ?[\[({<] ?(?:at|AT|arroba|@) ?[\])}>] ?[\w-]{1,63}"
    r"(?: ?(?:[\[({<] ?(?:dot|DOT|punkt|point|punto) ?[\])}>]|\.) ?[\w-]{2,63}){1,4}"
    r"|(?<![\w.+%-])[\w.+%-]{1,64} at [\w-]{1,63}(?: dot [\w-]{2,63}){1,3}", re.UNICODE))
LINK = Pattern(kind="link", form=re.compile(
    r"(?<!\w)[A-Za-z][A-Za-z0-9+]{1,11}://(?:[^\s/@:<>\"]{1,64}(?::[^\s/@<>\"]{0,64})?@[^\s<>\"]{1,512}"
    r"|[^\s<>\"?]{1,256}\?[^\s<>\"]{0,512}(?i:(?<=[?&;])(?:[a-z_-]{0,12}token|api_?key|key|pass(?:word|wd)?|pwd"
    r"|secret|session"
    r"(?:_?id)?|sid|sig(?:nature)?|auth|e?-?mail|user(?:_?(?:name|id))?|uid|login|phone|code))=[^\s<>\"]{1,512})"
    r"(?<![.,;:!?)\]}'])"))
