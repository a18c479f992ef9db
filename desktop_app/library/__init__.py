"""Which models exist, where they come from, and whether a file is what it should be. No Qt, no torch."""
