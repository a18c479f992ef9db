"""About: whose work it stands on, without a word left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.core.paths import bundle_root
from desktop_app.ui.about import AboutDialog
from desktop_app.ui.language import use_language
from desktop_app.ui.licences import licences

I18N = bundle_root() / "resources" / "i18n"


@pytest.fixture
def dialog(app: QApplication) -> Iterator[AboutDialog]:
    made = AboutDialog([("SmolLM2", "Apache-2.0")])
    yield made
    made.deleteLater()
    use_language(app, "en", I18N)


def test_licences_are_chinese_but_for_their_names(app: QApplication, dialog: AboutDialog) -> None:
    use_language(app, "zh_CN", I18N)
    app.processEvents()
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    listed = [entry.licence for entry in licences(bundle_root() / "resources" / "licences.json")]
    in_words = [licence for licence in listed if " " in licence]
    assert in_words
    assert not shown & set(in_words)
    assert "BSD-3-Clause，部分组件采用其他许可证" in shown
    told = " ".join(text for text in shown if re.search("BSD|MIT|ISC|Apache|OFL", text))
    assert not re.findall(r"\b(?:and|others|its|fonts|those|from)\b", told)
