"""Messages: everything told to people, in every language."""
