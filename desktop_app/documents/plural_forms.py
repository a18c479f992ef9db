"""How many plural forms a language has, and which one a number takes: gettext's ``Plural-Forms``."""

from __future__ import annotations

import re

_ONE = "nplurals=2; plural=(n != 1);"
_FRENCH = "nplurals=2; plural=(n > 1);"
_NONE = "nplurals=1; plural=0;"
_SLAVIC = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)
_CZECH = "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;"


def _all(languages: str, forms: str) -> dict[str, str]:
    return dict.fromkeys(languages.split(), forms)


FORMS = {
    **_all("zh ja ko vi th id ms lo km my ka jv su bo dz yo wo", _NONE),
    **_all("fr pt_BR oc tr uz fil tl mg ti wa ln am hy fa gun mfe kab bn_IN hi_IN", _FRENCH),
    **_all("ru uk be sr hr bs", _SLAVIC),
    **_all("cs sk", _CZECH),
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "lt": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "lv": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);",
    "ro": "nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2);",
    "sl": "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);",
    "ar": (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
    ),
    "ga": "nplurals=5; plural=n==1 ? 0 : n==2 ? 1 : (n>2 && n<7) ? 2 : (n>6 && n<11) ? 3 : 4;",
    "gd": "nplurals=4; plural=(n==1 || n==11) ? 0 : (n==2 || n==12) ? 1 : (n > 2 && n < 20) ? 2 : 3;",
    "cy": "nplurals=4; plural=(n==1) ? 0 : (n==2) ? 1 : (n != 8 && n != 11) ? 2 : 3;",
    "mt": (
        "nplurals=4; plural=(n==1 ? 0 : n==0 || (n%100>1 && n%100<11) ? 1 : (n%100>10 && n%100<20) ? 2 : 3);"
    ),
    "is": "nplurals=2; plural=(n%10!=1 || n%100==11);",
    "mk": "nplurals=2; plural=(n%10==1 && n%100!=11 ? 0 : 1);",
}
"""Languages that do not have the two forms of English; after gettext's plural-table.c."""

_HEADER = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]*)")
_TOKEN = re.compile(r"\s*(\d{1,9}|n|\|\||&&|==|!=|<=|>=|[<>+\-*/%?:()!])")


def plural_forms(language: str) -> str:
    """The header of a language's code, with region or script or without."""
    code = language.replace("-", "_")
    return FORMS.get(code) or FORMS.get(code.split("_")[0]) or _ONE


def count_of(header: str) -> int:
    """The number of forms that a header says, 0 if it is none."""
    found = _HEADER.search(header)
    return int(found[1]) if found and 0 < int(found[1]) <= 10 else 0


def form_of_one(header: str) -> int:
    """The form that the number 1 takes; -1 if others that are not near it take the same one, so that it
    cannot do without the number."""
    found = _HEADER.search(header)
    if found is None:
        return 0
    try:
        forms = [_evaluate(found[2], number) for number in range(120)]
    except (ValueError, IndexError, ZeroDivisionError):
        return 0
    return forms[1] if forms.count(forms[1]) < len(forms) else -1


def _evaluate(expression: str, n: int) -> int:
    """An expression of C in the one variable ``n``. Raises ValueError, IndexError, ZeroDivisionError."""
    tokens: list[str] = []
    at = 0
    expression = expression.strip()
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None or len(tokens) > 500:
            raise ValueError(expression)
        tokens.append(token[1])
        at = token.end()
    tokens.append("")
    value, rest = _ternary(tokens, 0, n, 0)
    if tokens[rest]:
        raise ValueError(expression)
    return value


_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))


def _ternary(tokens: list[str], at: int, n: int, depth: int) -> tuple[int, int]:
    if depth > 50:
        raise ValueError("nested too deep")
    condition, at = _binary(tokens, at, n, 0, depth)
    if tokens[at] != "?":
        return condition, at
    yes, at = _ternary(tokens, at + 1, n, depth + 1)
    if tokens[at] != ":":
        raise ValueError("no colon")
    no, at = _ternary(tokens, at + 1, n, depth + 1)
    return (yes if condition else no), at


def _binary(tokens: list[str], at: int, n: int, level: int, depth: int) -> tuple[int, int]:
    if level == len(_LEVELS):
        return _unary(tokens, at, n, depth)
    left, at = _binary(tokens, at, n, level + 1, depth)
    while tokens[at] in _LEVELS[level]:
        operator = tokens[at]
        right, at = _binary(tokens, at + 1, n, level + 1, depth)
        left = _apply(operator, left, right)
    return left, at


def _apply(operator: str, left: int, right: int) -> int:
    match operator:
        case "||":
            return int(bool(left or right))
        case "&&":
            return int(bool(left and right))
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case ">":
            return int(left > right)
        case "<=":
            return int(left <= right)
        case ">=":
            return int(left >= right)
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left // right
        case _:
            return left % right


def _unary(tokens: list[str], at: int, n: int, depth: int) -> tuple[int, int]:
    token = tokens[at]
    if token == "!":
        value, at = _unary(tokens, at + 1, n, depth + 1) if depth < 50 else _ternary(tokens, at, n, 99)
        return int(not value), at
    if token == "(":
        value, at = _ternary(tokens, at + 1, n, depth + 1)
        if tokens[at] != ")":
            raise ValueError("no bracket")
        return value, at + 1
    if token == "n":
        return n, at + 1
    return int(token), at + 1
