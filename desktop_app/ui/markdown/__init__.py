"""Markdown on paper: untrusted text → plain block values → a QTextDocument that grows as text streams.

``blocks`` (values) < ``maths``, ``parser``, ``stream`` (no Qt) < ``code``, ``formula``, ``writer``,
``document`` < ``browser`` (the widget that shows one document).
"""
