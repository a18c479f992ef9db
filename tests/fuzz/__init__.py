"""Files as somebody who means harm would make them. Each case is a number of a family and can be run alone:
``python -m tests.fuzz.child gguf 1234 1``."""
