"""Records: files of a dataset read into typed Records, each value with its place."""
