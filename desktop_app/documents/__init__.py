"""People's files as text in segments, and written back with nothing else changed."""
