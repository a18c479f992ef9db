"""Languages by their English names, for asking a model in words."""

from __future__ import annotations

_NAMES = """
    af:Afrikaans ar:Arabic az:Azerbaijani be:Belarusian bg:Bulgarian bn:Bengali bs:Bosnian ca:Catalan
    cs:Czech cy:Welsh da:Danish de:German el:Greek en:English eo:Esperanto es:Spanish et:Estonian
    eu:Basque fa:Persian fi:Finnish fr:French ga:Irish gl:Galician gu:Gujarati he:Hebrew hi:Hindi
    hr:Croatian hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian ja:Japanese ka:Georgian
    kk:Kazakh km:Khmer kn:Kannada ko:Korean la:Latin lo:Lao lt:Lithuanian lv:Latvian mk:Macedonian
    ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese nb:Norwegian ne:Nepali nl:Dutch
    nn:Norwegian no:Norwegian pl:Polish ps:Pashto pt:Portuguese ro:Romanian ru:Russian si:Sinhala
    sk:Slovak sl:Slovenian so:Somali sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil te:Telugu
    th:Thai tl:Filipino tr:Turkish uk:Ukrainian ur:Urdu uz:Uzbek vi:Vietnamese yue:Cantonese zu:Zulu
    """
_BY_CODE = dict(entry.split(":") for entry in _NAMES.split())


def english_name(code: str) -> str:
    """ "Simplified Chinese" for ``zh``, "Portuguese (BR)" for ``pt-BR``; the code itself where it is not
    known."""
    language, _, region = code.replace("_", "-").partition("-")
    if language == "zh":
        return "Traditional Chinese" if region.lower() in ("hant", "tw", "hk", "mo") else "Simplified Chinese"
    name = _BY_CODE.get(language.lower(), code)
    return f"{name} ({region})" if region and name != code else name
