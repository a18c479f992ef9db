"""A sentence that was shown in several cues, shared out over them in another language."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.documents.wrapping import ALL_CJK, ATOM, PAUSE, columns


def shares(text: str, sources: Sequence[str], asked: Sequence[int]) -> list[int]:
    """Where each part of ``text`` ends (characters), one for each of ``sources``.

    As long as their cue's share of the source, so that each can be read in its time; broken between words,
    at a pause if one is near. ``asked`` are the places that alignment gives (-1 where it gives none), heeded
    where they are in order and near: word order of another language can make them useless."""
    if len(sources) < 2:
        return [len(text)]
    places = [atom.end() for atom in ATOM.finditer(text)]
    widths = _widths(text)
    total = widths[-1] or 1
    weights = [max(1, columns(source)) for source in sources]
    ends: list[int] = []
    done = 0
    first = 0
    for number in range(len(sources) - 1):
        done += weights[number]
        wish = total * done / sum(weights)
        left = len(sources) - 1 - number  # parts that must still get a word
        choice = range(first, max(first, len(places) - left))
        if not choice:
            ends.append(ends[-1] if ends else 0)
            continue

        def cost(place: int, wish: float = wish, number: int = number) -> float:
            end = places[place]
            away = abs(widths[end] - wish) / total
            if PAUSE.search(text, max(0, end - 3), end):
                away -= 0.08
            if asked[number] >= 0 and abs(asked[number] - end) <= 1:
                away -= 0.15
            return away

        best = min(choice, key=cost)
        ends.append(places[best])
        first = best + 1
    if not places:
        return [len(text)] * len(sources)
    return [*ends, len(text)]


def _widths(text: str) -> list[int]:
    """Columns before each place of ``text``."""
    widths = [0]
    for character in text:
        widths.append(widths[-1] + (2 if ALL_CJK.match(character) else 1))
    return widths
