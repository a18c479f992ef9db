"""Encodings are found, and come back byte for byte."""

from __future__ import annotations

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.encodings import guess, read

TEXTS = [
    ("utf-8", "Größe, 大小, размер"),
    ("gb18030", "人人生而自由，在尊严和权利上一律平等。\n他们赋有理性和良心。"),
    ("big5hkscs", "人人生而自由，在尊嚴和權利上一律平等。\n他們賦有理性和良心。"),
    ("cp932", "吾輩は猫である。名前はまだ無い。\nどこで生れたかとんと見当がつかぬ。"),
    ("euc_jp", "吾輩は猫である。名前はまだ無い。\nどこで生れたかとんと見当がつかぬ。"),
    ("cp949", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
    ("cp1252", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. „Größe“"),
    ("cp1252", "Tous les êtres humains naissent libres et égaux en dignité et en droits."),
    ("cp1252", "Todos los seres humanos nacen libres e iguales. ¿Dónde está el niño?"),
    ("cp1252", "Todas as pessoas são livres e iguais. Não há exceção à razão."),
    ("cp1250", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw."),
    ("cp1250", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv."),
    ("cp1251", "Все люди рождаются свободными и равными в своем достоинстве и правах."),
    ("koi8_r", "Все люди рождаются свободными и равными в своем достоинстве и правах."),
    ("cp1253", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια."),
    ("cp1254", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar."),
    ("cp1255", "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם."),
    ("cp1256", "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق."),
    ("utf-16-le", "人人生而自由\nline"),
    ("utf-16-be", "一律平等 and more\n"),
    ("utf-32-le", "Größe\n大小"),
]


@pytest.mark.parametrize(("encoding", "text"), TEXTS)
def test_encoding_is_found(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert guess(data) == encoding
    found = read(data)
    assert found.text == text
    assert found.spliced([]) == data


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_stays(encoding: str) -> None:
    data = "Größe\r\n大小".encode(encoding)
    found = read(data)
    assert found.text == "Größe\r\n大小"
    assert found.spliced([(0, 1, "g")]) == "größe\r\n大小".encode(encoding)


def test_new_text_in_the_old_encoding_if_it_fits() -> None:
    found = read("Schöne Grüße\n".encode("cp1252"))
    assert found.spliced([(0, 6, "Süße")]) == "Süße Grüße\n".encode("cp1252")
    assert found.spliced([(0, 6, "多谢")]) == "多谢 Grüße\n".encode()


def test_characters_that_an_encoding_has_twice_keep_their_bytes() -> None:
    """Windows-932 has ∵ at 81 E6 and at 87 9A, and writes the first."""
    data = "名前はまだ無い。".encode("cp932") + b"\x87\x9a and \x81\xe6\n" + "どこで".encode("cp932")
    found = read(data)
    assert "∵ and ∵" in found.text
    assert found.spliced([]) == data
    at = found.text.index("どこ")
    assert found.spliced([(at, at + 2, "そこ")]) == data[:-6] + "そこで".encode("cp932")


def test_broken_bytes_in_utf8_stay() -> None:
    data = "Größe und Straße, daß es öfter geht, größer ".encode() * 10 + b"\xff\xfe ja"
    found = read(data)
    assert found.encoding == "utf-8"
    assert found.spliced([(0, 5, "Breite")]) == b"Breite" + data[7:]


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0", bytes(range(256)) * 4, b"\0" * 64]
)
def test_what_is_no_text(data: bytes) -> None:
    with pytest.raises(InkhornError) as refused:
        read(data)
    assert refused.value.values["reason"] == "unknown_format"


def test_declared_encodings() -> None:
    assert read("Größe".encode("cp1252"), "iso-8859-1").text == "Größe"
    assert read("Größe".encode(), "iso-8859-1").text == "Größe"  # said wrongly, as pages do
    assert read("размер".encode("koi8_r"), "koi8-r").text == "размер"
    assert read(b"plain", "no-such-thing").text == "plain"
    assert read(b"plain", "base64").text == "plain"  # a codec of Python, not an encoding
