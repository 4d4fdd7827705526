"""The way in for networks that let no socket through: the same frames over plain HTTP requests."""
