"""The text work of translating: sentences, languages, parts that must stay, terms, memory, scores."""
