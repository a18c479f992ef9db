"""The translation pane.

`translate_desk` joins the parts. `pane` arranges them; `sheet` is what stands on both sides, sentence by
sentence, as plain values; `live` keeps it translated while one types; `interpreter` speaks with the engines.
"""
