"""Publication: the folder dist/, its manifest, its exchange for a new one, its verification."""
