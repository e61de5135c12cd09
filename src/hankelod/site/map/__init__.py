"""Map of the site: areas, projection, outlines."""
