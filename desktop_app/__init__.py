"""Inkhorn (墨池): chat, write, translate and teach a Transformer on your own computer."""

__version__ = "0.1.0"
