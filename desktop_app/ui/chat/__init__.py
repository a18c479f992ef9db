"""The chat pane: what is typed, what is sent to the model, what comes back, and where it is kept.

`pane` arranges the widgets; `open_chat` keeps the open conversation and the view alike; `controller`
opens and sends; `answering` lets the model reply; `message_actions`, `summaries` and
`list_controller` do what their names say.
"""
