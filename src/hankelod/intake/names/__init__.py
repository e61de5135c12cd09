"""Names in running text: organisations and areas, in their grammatical cases."""
