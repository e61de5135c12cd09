"""Exports: the files that are made of records, but for the pages."""
