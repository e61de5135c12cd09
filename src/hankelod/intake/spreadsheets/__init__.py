"""Spreadsheets: CSV and XLSX become records, and templates to fill in."""
