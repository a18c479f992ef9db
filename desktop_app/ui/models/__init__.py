"""The Models pane: what is on this computer, what else there is to get, and how it comes and goes.

`shelf` reads everything there is to know, on a thread of its own; `rows` and `offers` make plain rows of it,
`row_list` and `delegate` show them. `pane` arranges the widgets; `models_desk` joins them to the library,
the downloads and the engine.
"""
