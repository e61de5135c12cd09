"""RDF syntaxes: Turtle, N-Triples and SPARQL as text, with positions for error messages."""
