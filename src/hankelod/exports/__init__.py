"""Exports: the files made from records, except the HTML pages."""
