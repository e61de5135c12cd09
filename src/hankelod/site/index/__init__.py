"""Index of the search: entries, the terms of their texts, and the files that the search in a page loads."""
