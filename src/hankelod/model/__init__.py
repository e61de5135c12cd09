"""Model: ontology and shapes read once into frozen Classes and Fields."""
