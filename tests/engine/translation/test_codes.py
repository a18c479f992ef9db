"""The same language by each family's own code."""

from __future__ import annotations

import pytest

from desktop_app.engine.translation.codes import model_code

NLLB = ("eng_Latn", "por_Latn", "zho_Hans", "zho_Hant", "srp_Cyrl", "yue_Hant", "arb_Arab")
MBART = ("en_XX", "pt_XX", "zh_CN", "ar_AR")
M2M = ("en", "pt", "zh", "sr")
OPUS = ("por", "cmn_Hans", "cmn_Hant", "pob")


@pytest.mark.parametrize(
    ("code", "known", "wanted"),
    [
        ("en", NLLB, "eng_Latn"),
        ("pt-BR", NLLB, "por_Latn"),
        ("zh", NLLB, "zho_Hans"),
        ("zh-Hant", NLLB, "zho_Hant"),
        ("zh-TW", NLLB, "zho_Hant"),
        ("ar", NLLB, "arb_Arab"),
        ("sr", NLLB, "srp_Cyrl"),
        ("en", MBART, "en_XX"),
        ("zh-Hant", MBART, "zh_CN"),
        ("zh", M2M, "zh"),
        ("zh-Hant", M2M, "zh"),
        ("en-GB", M2M, "en"),
        ("pt", OPUS, "por"),
        ("zh", OPUS, "cmn_Hans"),
        ("zh-Hant", OPUS, "cmn_Hant"),
        ("xx", M2M, "xx"),
        ("en", (), "en"),
        ("eng_Latn", NLLB, "eng_Latn"),
    ],
)
def test_codes(code: str, known: tuple[str, ...], wanted: str) -> None:
    assert model_code(code, known) == wanted
