"""Automatic styles of OpenDocument (ODF 1.3 part 3, 16): what a span looks like, and a paragraph's style in
another language and direction."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from desktop_app.documents.languages import Language
from desktop_app.documents.office_xml import Element, child, full_name, short

_NAME = full_name("style:name")
_FAMILY = full_name("style:family")
_PARENT = full_name("style:parent-style-name")
_WRITING = full_name("style:writing-mode")
_ALIGN = full_name("fo:text-align")
_LANGUAGE = {
    "western": (full_name("fo:language"), full_name("fo:country")),
    "asian": (full_name("style:language-asian"), full_name("style:country-asian")),
    "complex": (full_name("style:language-complex"), full_name("style:country-complex")),
}
_SCRIPTS = (full_name("fo:script"), full_name("style:script-asian"), full_name("style:script-complex"))
_LANGUAGES = {name for pair in _LANGUAGE.values() for name in pair} | set(_SCRIPTS)
_OTHER_SIDE = {"start": "end", "left": "right", "right": "left", "end": "start"}
_DEFAULT = "Standard"


class Styles:
    """The automatic styles of one part. New ones are added as they are asked for."""

    def __init__(self, root: Element) -> None:
        self._list = child(root, "office:automatic-styles")
        self._automatic: dict[tuple[str, str], Element] = {}
        self._looks: dict[str, bytes] = {}
        self._made: dict[tuple[str, str, str], str] = {}
        for style in () if self._list is None else self._list:
            if short(style) == "style:style":
                self._automatic[style.get(_FAMILY, ""), style.get(_NAME, "")] = style

    def look(self, name: str) -> bytes:
        """Equal for text styles that look the same. Empty for one that changes nothing but the language, or
        that a program keeps its notes in, as LibreOffice does for every stretch that was typed at a time."""
        if name not in self._looks:
            style = self._automatic.get(("text", name))
            self._looks[name] = name.encode() if style is None else _look(style)
        return self._looks[name]

    def spoken(self, name: str, family: str, language: Language) -> str:
        """The name of a style like ``name`` for text in ``language``. Of the ``family`` ``paragraph`` or
        ``text``; for text it only says nothing of another language."""
        key = family, name, language.tag
        if key not in self._made:
            self._made[key] = name if self._list is None else self._make(self._list, name, family, language)
        return self._made[key]

    def _make(self, styles: Element, name: str, family: str, language: Language) -> str:
        old = self._automatic.get((family, name))
        if family == "text":
            properties = None if old is None else child(old, "style:text-properties")
            if properties is None or _LANGUAGES.isdisjoint(properties.attrib):
                return name
        if old is not None:
            style = deepcopy(old)
        else:
            style = styles.makeelement(full_name("style:style"), {_FAMILY: family})
            if name:
                style.set(_PARENT, name)
        new = f"{name or family}_{language.tag}"
        while (family, new) in self._automatic:
            new += "_"
        style.set(_NAME, new)
        properties = child(style, "style:text-properties")
        if properties is None:
            properties = style.makeelement(full_name("style:text-properties"))
            before = child(style, "style:paragraph-properties")
            style.insert(0 if before is None else style.index(before) + 1, properties)
        for attribute in _LANGUAGES & set(properties.attrib):
            del properties.attrib[attribute]
        if family == "paragraph":
            spoken, country = _LANGUAGE[language.kind]
            properties.set(spoken, language.primary)
            properties.set(country, language.region or "none")
            _turn(style, language)
        styles.append(style)
        self._automatic[family, new] = style
        return new


def _turn(style: Element, language: Language) -> None:
    properties = child(style, "style:paragraph-properties")
    mode = "" if properties is None else properties.get(_WRITING, "")
    if language.right_to_left == mode.startswith("rl"):
        return
    if properties is None:
        properties = style.makeelement(full_name("style:paragraph-properties"))
        style.insert(0, properties)
    properties.set(_WRITING, "rl-tb" if language.right_to_left else "lr-tb")
    side = properties.get(_ALIGN, "start" if language.right_to_left else "")
    if side in _OTHER_SIDE:
        properties.set(_ALIGN, _OTHER_SIDE[side])


def _look(style: Element) -> bytes:
    parts = [style.get(_PARENT, "").encode()]
    for properties in style:
        kept = sorted(
            (str(key), value)
            for key, value in properties.attrib.items()
            if key not in _LANGUAGES and not str(key).endswith(("}rsid", "}paragraph-rsid"))
        )
        parts += [f"{key}={value} ".encode() for key, value in kept]
        parts += [etree.tostring(each, with_tail=False) for each in properties]
    return b"".join(parts)
