"""Map of the site: boundaries, projection and outlines."""
