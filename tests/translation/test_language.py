"""Which language, while one types."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.translation.fasttext import FastText
from desktop_app.translation.language import FILE, Detector, script_of_chinese

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(RESOURCES)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The old bridge over the river was closed in the spring.", "en"),
        ("A velha ponte sobre o rio foi fechada na primavera.", "pt"),
        ("Die alte Brücke über den Fluss wurde im Frühling gesperrt.", "de"),
        ("Le vieux pont sur la rivière a été fermé au printemps.", "fr"),
        ("El viejo puente sobre el río fue cerrado en primavera.", "es"),
        ("Старый мост через реку закрыли весной.", "ru"),
        ("河上的旧桥在春天关闭了。", "zh"),
        ("河上的舊橋在春天關閉了。", "zh-Hant"),
        ("川にかかる古い橋は春に閉鎖された。", "ja"),
        ("강 위의 오래된 다리는 봄에 폐쇄되었다.", "ko"),
        ("GUTEN TAG MEINE DAMEN UND HERREN", "de"),
        ("Ciao bella", "it"),
        ("请看 https://example.com/de/seite und_code", "zh"),
        ("我喜欢 machine learning 和 Python", "zh"),
        ("The word 墨池 means ink pool.", "en"),
        ("請問", "zh-Hant"),
    ],
)
def test_languages(text: str, language: str, detector: Detector) -> None:
    assert detector.guess(text).language == language


@pytest.mark.parametrize("text", ["", "  ", "123", "https://example.com", "🙂", "{name}"])
def test_nothing_to_go_by(text: str, detector: Detector) -> None:
    found = detector.guess(text)
    assert (found.language, found.sure) == ("", False)


@pytest.mark.parametrize("text", ["a", "OK", "Tom", "iPhone 15", "no", "墨"])
def test_not_sure(text: str, detector: Detector) -> None:
    assert not detector.guess(text).sure


def test_what_the_user_has_to_do_with_is_likelier(detector: Detector) -> None:
    text = "Um caso"
    assert detector.guess(text, ["pt"]).probability >= detector.guess(text).probability
    assert detector.guess("你好", ["zh-Hant"]).language == "zh-Hant"


def test_characters_of_one_script_only() -> None:
    assert script_of_chinese("后台里面你好") == (0, 0)
    assert script_of_chinese("简单的国家") == (3, 0)
    assert script_of_chinese("繁體中國") == (0, 2)


def test_the_model_file_says_what_fasttext_says() -> None:
    """The probabilities were computed by fastText's own program (fasttext-predict 0.9.2.4)."""
    model = FastText(RESOURCES / FILE)
    assert len(model.labels) == 176
    found = model.probabilities("Welsh AMs worried about 'looking like muppets'")
    assert abs(sum(found.values()) - 1) < 1e-9
    assert found["en"] == pytest.approx(0.8774, abs=0.02)
    assert found["zh"] == pytest.approx(0.0133, abs=0.01)


def test_files_that_are_no_model(tmp_path: Path) -> None:
    whole = (RESOURCES / FILE).read_bytes()
    for content in (b"", b"no", whole[:1000], whole[:-9], b"\0" * 5000):
        (tmp_path / "x.ftz").write_bytes(content)
        with pytest.raises(InkhornError) as refused:
            FastText(tmp_path / "x.ftz")
        assert refused.value.kind == "model_damaged"
    with pytest.raises(InkhornError) as refused:
        FastText(tmp_path / "none.ftz")
    assert refused.value.kind == "model_missing"
