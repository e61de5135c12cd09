"""Map of the site: boundaries, projection, outlines and preview image."""
