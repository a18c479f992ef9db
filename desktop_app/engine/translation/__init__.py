"""Translating text with any model that can: one interface over them, and what makes it safe to use."""
