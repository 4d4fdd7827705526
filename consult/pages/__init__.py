"""HTML and JSON over HTTP."""
