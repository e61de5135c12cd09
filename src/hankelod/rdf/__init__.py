"""RDF as text: Turtle, N-Triples and SPARQL, with places for errors."""
