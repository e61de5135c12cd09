"""History of a publication: differences, change feed, changelog, the previous publication."""
