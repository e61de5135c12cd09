"""Records: reader of a dataset's files into typed Records, with the place of each value."""
