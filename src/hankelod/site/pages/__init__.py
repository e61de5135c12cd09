"""Pages of the site, one module for each kind."""
