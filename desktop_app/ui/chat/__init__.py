"""The chat pane: what is typed, what is sent to the model, what comes back, and where it is kept."""
