"""Pipeline: the traversal that reads, checks and publishes the records of a dataset."""
