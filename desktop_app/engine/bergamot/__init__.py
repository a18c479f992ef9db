"""Mozilla's Firefox Translations models ("Bergamot"): Marian's binary format and its small network."""
