"""Spreadsheets: reader of CSV and XLSX files with records, and writer of templates to fill in."""
