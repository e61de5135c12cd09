"""Documents: text, Markdown, HTML, DOCX and PDF become lines."""
