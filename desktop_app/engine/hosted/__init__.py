"""Models that our own decoder does not speak, run by transformers on packed linear layers.

A model is a folder as the hub has it: ``config.json``, safetensors, tokenizer files. Of transformers
only the modules of the model's own family are used, by names that stand in `families`; its loading
code, which can fetch files and import code, is not.
"""
