"""The office's services, hours, closures and privacy notices."""
