"""A conversation on paper: only the messages near what is seen exist as widgets.

``items`` (values), ``heights`` and ``estimate`` (no widgets) < ``stack`` (the virtual list, knows no
messages) < the parts of a message < ``message_widget`` < ``rows`` < ``view`` (what the app talks to).
"""
