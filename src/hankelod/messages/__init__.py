"""Messages: all user-facing texts, in every language."""
