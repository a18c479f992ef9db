"""The families that the lean decoder speaks: each a small description, read from GGUF or from a folder."""
