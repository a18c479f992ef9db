"""Does a translation have the numbers of its source? By what they say, not by how they are written:
"1,234.5" is "1.234,5" in Portuguese, "3 million" is "300 万" in Chinese, "5 pm" may be "17 h"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

Place = tuple[int, int]
_Value = Decimal | str
"""A number; or a time of day in minutes, as text."""

_POINT = frozenset({"en", "zh", "ja", "ko", "th", "he", "hi", "ms", "ur", "bn", "ta", "te", "fa", "yue"})
"""Languages with a decimal point. All others are taken to have a comma."""
_SCALES: tuple[tuple[str, int], ...] = (
    (r"(?:万亿|萬億|兆|trillion|trilh(?:ão|ões)|tn\b|T\b)", 10**12),
    (
        r"(?:billion|bilh(?:ão|ões)|bil\b|bn\b|B\b|milliards?\b|Milliarden?|Mrd|mil\s+milh(?:ão|ões)|"
        r"mil\s+millones|十亿|十億)",
        10**9,
    ),
    (r"(?:亿|億)", 10**8),
    (r"(?:千万|千萬)", 10**7),
    (r"(?:million|milh(?:ão|ões)|millón|millones|mln\b|mi\b|m\b|M\b|Mio|百万|百萬)", 10**6),
    (r"(?:万|萬)", 10**4),
    (r"(?:thousand|mil\b|mille\b|Tausend|tausend|k\b|K\b|千)", 10**3),
    (r"(?:hundred|百)", 10**2),
)  # fmt: skip
_SCALE = [(re.compile(rf"[\s\-]*[多余餘几幾]?{form}"), factor) for form, factor in _SCALES]
_AFTERNOON = re.compile(r"\s*p\.?\s?m\b", re.IGNORECASE)
_MORNING = re.compile(r"\s*a\.?\s?m\b", re.IGNORECASE)
_AFTERNOON_ZH = re.compile(r"(?:下午|晚上|傍晚|夜里|中午|午後)\s*$")
_HOUR = re.compile(r"\s*(?:h:?(\d\d)?(?![A-Za-z0-9])|(?:Uhr|horas?|heures?|点|點|时|時)(?:\s*(\d\d)(?!\d))?)")
_ROMAN = re.compile(r"\b(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})\b")
_WORDS: dict[str, str] = {
    "en": "zero|one first once|two second twice both|three third|four|five fifth|six|seven|eight|nin|ten|"
          "eleven|twel",
    "pt": "zero|um uma primeir|dois duas segund ambos|três terc|quatro quart|cinco quint|seis sext|"
          "sete sétim|oito oitav|nove non|dez décim|onze|doze",
    "es": "cero|un uno una primer|dos segund ambos|tres terc|cuatro cuart|cinco quint|seis sext|"
          "siete sépt|ocho octav|nueve noven|diez décim|once|doce",
    "fr": "zéro|un une premi|deux deuxi second|trois troisi|quatr|cinq|six sixi|sept septi|"
          "huit huiti|neuf neuvi|dix dixi|onz|douz",
    "de": "null|ein erst|zwei zweit beid|drei dritt|vier|fünf|sechs|sieb|acht|neun|zehn|elf|zwölf",
    "zh": "零 〇|一 首|二 两 兩 双|三|四|五|六|七|八|九|十|十一|十二",
    "ja": "零 〇|一 初|二 両|三|四|五|六|七|八|九|十|十一|十二",
}  # fmt: skip
_TENS = ["twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_HAN = re.compile(r"[〇零一二两兩三四五六七八九十百千]{2,}")
_SPACED = re.compile(r"(?<!\d)\d{1,3}(?:\s\d{3})+(?!\d)")
_CENTURY = re.compile(r"世[纪紀]\s*$")
_MONTHS = (
    "jan|feb fev fév|mar mär|apr abr avr|may mai|jun jui|jul jui|aug ago aoû|sep set|oct out okt|nov|"
    "dec dez dic déc"
)
"""How the months' names begin in English, Portuguese, Spanish, French and German."""
_GROUPS = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+")


def lost_numbers(
    text: str, places: Sequence[Place], translation: str, theirs: Sequence[Place], source: str, target: str
) -> list[int]:
    """Which of the numbers at ``places`` of ``text`` are in none of ``theirs`` in ``translation``. Small
    ones may be written in words there."""
    wanted = [unicodedata.normalize("NFKC", text[start:end]) for start, end in places]
    have = [unicodedata.normalize("NFKC", translation[start:end]) for start, end in theirs]
    plain = not any(mark in number for number in [*wanted, *have] for mark in ".,")
    if plain and re.sub(r"\D", "", "".join(wanted)) == re.sub(r"\D", "", "".join(have)):
        return []  # "12:30" and "12h30"
    left = list(have)
    values = [_values(n, translation, *place, target) for n, place in zip(have, theirs, strict=True)]
    for number in [n for n in have if ":" in n]:  # a score, or a time of which the source has the hour only
        parts = number.split(":")
        left += parts
        values += [{Decimal(part)} for part in parts]
    for number in _SPACED.findall(translation):
        left.append("")
        values.append({Decimal(re.sub(r"\s", "", number))})
    spelt = [_roman(found) for found in _ROMAN.finditer(translation)]
    spelt += [_han(found.group()) for found in _HAN.finditer(translation)]
    left += [""] * len(spelt)
    values += [{Decimal(number)} for number in spelt]
    lost = []
    for index, (number, place) in enumerate(zip(wanted, places, strict=True)):
        if number[-1] == "0" and _CENTURY.search(text, max(0, place[0] - 4), place[0]):
            continue  # 20世纪80年代 is one number, 1980
        own = _values(number, text, *place, source)
        found = _take(number, own, left, values) or _in_parts(number, left, values)
        found = found or _in_words(own, translation, target)
        if not found and not _is_month(number, text[place[1] :], translation):
            lost.append(index)
    return lost


def _take(number: str, own: set[_Value], left: list[str], values: list[set[_Value]]) -> bool:
    """Take the number out of what is ``left``, if it is there."""
    found = next((n for n, other in enumerate(left) if other == number), None)
    if found is None:
        found = next((n for n, other in enumerate(values) if other & own), None)
    if found is None:
        return False
    del left[found], values[found]
    return True


def _in_parts(number: str, left: list[str], values: list[set[_Value]]) -> bool:
    parts = number.split(":")
    return len(parts) > 1 and all(_take(part, {Decimal(part)}, left, values) for part in parts)


def _roman(found: re.Match[str]) -> int:
    digits = {"I": 1, "V": 5, "X": 10}
    numbers = [digits[char] for char in found.group()]
    return sum(-n if n < max(numbers[at:]) else n for at, n in enumerate(numbers))


def _han(text: str) -> int:
    """Chinese numerals below ten thousand: 三十, 一百零五, 二〇一九."""
    digits = {"〇": 0, "零": 0, "两": 2, "兩": 2} | {
        char: n for n, char in enumerate("一二三四五六七八九", 1)
    }
    if not any(char in "十百千" for char in text):
        return int("".join(str(digits[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if factor := {"十": 10, "百": 100, "千": 1000}.get(char):
            total += max(1, digit) * factor
            digit = 0
        else:
            digit = digits[char]
    return total + digit


def _is_month(number: str, after: str, translation: str) -> bool:
    """Whether "11 月" is there as November."""
    if not (number.isdigit() and 1 <= int(number) <= 12 and re.match(r"\s*月", after)):
        return False
    names = _MONTHS.split("|")[int(number) - 1].split()
    return any(re.search(rf"\b{name}", translation, re.IGNORECASE) for name in names)


def _values(number: str, text: str, start: int, end: int, language: str) -> set[_Value]:
    """What ``number`` may say where it stands: numbers, and times of day."""
    found: set[_Value] = set()
    afternoon = bool(_AFTERNOON.match(text, end) or _AFTERNOON_ZH.search(text, max(0, start - 4), start))
    morning = bool(_MORNING.match(text, end))
    hour, colon, rest = number.partition(":")
    if not colon and (afternoon or morning):
        hour, _, rest = number.partition(".")
    elif named := _HOUR.match(text, end):
        rest = named.group(1) or named.group(2) or rest
        colon = ":"
    if (
        (colon or afternoon or morning)
        and hour.isdigit()
        and int(hour) <= 24
        and rest[:2].isdigit() | (not rest)
    ):
        clock = int(hour) % 24 * 60 + int(rest[:2] or 0)
        if afternoon and int(hour) < 12:
            clock += 720
        if morning and hour == "12":
            clock -= 720
        found.add(f"{clock}")
    if ":" in number:
        return found
    plain = _value(number, language)
    found.add(plain)
    found |= {plain * factor for form, factor in _SCALE if form.match(text, end)}
    if afternoon and plain < 12:
        found.add(plain + 12)
    if re.fullmatch(r"[12]\d\d0", number) and re.match(r"['’]?s\b|年代", text[end:]):
        found.add(Decimal(number[2:]))  # the 1990s, the 90s
    if re.fullmatch(r"\d\d", number) and (decade := re.match(r"\s*世[纪紀]\s*(\d0)\s*年代", text[end:])):
        found.add((plain - 1) * 100 + int(decade.group(1)))
    if re.fullmatch(r"\d\d", number) and (since := re.search(r"([12]\d)\d\d[-–/]$", text[:start])):
        found.add(Decimal(since.group(1) + number))  # 1950-53
    return found


def _value(number: str, language: str) -> Decimal:
    point = "." if language.partition("-")[0] in _POINT else ","
    comma = "," if point == "." else "."
    if _GROUPS.fullmatch(number) and (comma in number or number.count(point) > 1 or "\u00a0" in number):
        return Decimal(re.sub(r"\D", "", number))
    marks = [char for char in number if not char.isdigit()]
    if marks and marks[-1] in ".," and (len(set(marks)) > 1 or len(marks) == 1):
        whole, _, part = number.rpartition(marks[-1])
        return Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}.{part}")
    return Decimal(re.sub(r"\D", "", number) or "0")


def _in_words(values: set[_Value], translation: str, target: str) -> bool:
    """Whether one of ``values``, up to 12 or that many thousands and so on, is there in words."""
    words = _WORDS.get(target.partition("-")[0])
    for value in values:
        if isinstance(value, str) or value != int(value):
            continue
        scale = next((entry for entry in _SCALE if value and value % entry[1] == 0), None)
        if target.startswith("en") and 12 < value < 100 and _in_english(int(value), translation):
            return True
        small = int(value) if value <= 12 or scale is None else int(value) // scale[1]
        if small > 12 or (value > 12 and (scale is None or not scale[0].search(translation))):
            continue
        if words is None:
            return True  # a language whose words are not known here
        forms = words.split("|")[small].split()
        if target.startswith(("zh", "ja", "yue")):
            if any(form in translation for form in forms):
                return True
        elif any(re.search(rf"\b{form}", translation, re.IGNORECASE) for form in forms):
            return True
    return False


def _in_english(number: int, translation: str) -> bool:
    """Whether 13 to 99 is there in words: "fifty-eight", "fiftieth"."""
    if number < 20:
        form = _TEENS[number - 13]
    else:
        ones = _WORDS["en"].split("|")[number % 10].split()
        form = _TENS[number // 10 - 2] + (rf"y[\s-](?:{'|'.join(ones)})" if number % 10 else "(?:y|ieth)")
    return re.search(rf"\b{form}", translation, re.IGNORECASE) is not None
