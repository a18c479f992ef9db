"""Threads of the app: one owns the pipe to the engine process, one owns the database. QtCore only."""
