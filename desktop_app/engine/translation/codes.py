"""Which of a model's language codes is meant: the app writes ``zh-Hant``, NLLB ``zho_Hant``, mBART
``zh_CN``, OPUS-MT ``cmn_Hant``."""

from __future__ import annotations

from collections.abc import Sequence

_THREE = """
    af:afr am:amh ar:arb,ara as:asm ast:ast az:azj,aze ba:bak be:bel bg:bul bn:ben br:bre bs:bos ca:cat
    ceb:ceb cs:ces cy:cym da:dan de:deu el:ell en:eng eo:epo es:spa et:est,ekk eu:eus fa:pes,fas ff:fuv
    fi:fin fr:fra fy:fry ga:gle gd:gla gl:glg gu:guj ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye
    id:ind ig:ibo ilo:ilo is:isl it:ita ja:jpn jv:jav ka:kat kk:kaz km:khm kn:kan ko:kor ky:kir lb:ltz
    lg:lug ln:lin lo:lao lt:lit lv:lvs,lav mg:plt,mlg mk:mkd ml:mal mn:khk,mon mr:mar ms:zsm,msa mt:mlt
    my:mya nb:nob ne:npi,nep nl:nld nn:nno no:nob,nor ns:nso oc:oci om:gaz,orm or:ory,ori pa:pan pl:pol
    ps:pbt,pus pt:por ro:ron ru:rus sd:snd si:sin sk:slk sl:slv so:som sq:als,sqi sr:srp ss:ssw su:sun
    sv:swe sw:swh,swa ta:tam te:tel tg:tgk th:tha tk:tuk tl:tgl,fil tn:tsn tr:tur tt:tat uk:ukr ur:urd
    uz:uzn,uzb vi:vie wo:wol xh:xho yi:ydd,yid yo:yor yue:yue zh:zho,cmn zu:zul
    """
_BY_TWO = {two: tuple(threes.split(",")) for two, threes in (entry.split(":") for entry in _THREE.split())}


def model_code(code: str, known: Sequence[str]) -> str:
    """``code`` ("pt", "zh-Hant", "en-GB") as one of ``known`` is written; ``code`` itself where there is none
    that fits, or where the model knows no codes (a model for one pair)."""
    if not known or code in known:
        return code
    language, _, script = code.replace("_", "-").partition("-")
    language, script = language.lower(), script.title()
    if language == "zh" and script in ("Tw", "Hk", "Mo", "Hant"):
        wanted = ["hant", "tw", "hk"]
    elif language == "zh":
        wanted = ["hans", "cn", ""]
    else:
        wanted = [script.lower(), "latn", "cyrl", "arab", "xx", ""]
    names = (language, *_BY_TWO.get(language, ()))
    by_name: dict[str, dict[str, str]] = {}
    for held in known:
        own, _, rest = held.replace("-", "_").partition("_")
        by_name.setdefault(own.lower(), {})[rest.lower()] = held
    for name in names:
        forms = by_name.get(name, {})
        for one in wanted:
            if one in forms:
                return forms[one]
        if forms:
            return next(iter(forms.values()))
    return code
