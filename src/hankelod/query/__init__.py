"""Query: SPARQL over a dataset, a publication or a dump."""
