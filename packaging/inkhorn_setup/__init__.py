"""What `run.py` does: set up an environment of its own, step by step, then open one of the doors.

Standard library only, because it runs before anything is installed.
"""
