"""Mapping files: any table becomes records, by a description of its columns in place of a program."""
