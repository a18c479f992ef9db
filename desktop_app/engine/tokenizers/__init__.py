"""Every family's tokenizer as one `Vocabulary`, from a GGUF file or from a folder of the hub's files."""
