"""Fuzzing of readers and importers: seeds, changed at random but the same in every run, are given to each of them."""
