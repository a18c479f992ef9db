"""Conversations in and out: files that other programs read, and those that they write."""
