"""Messages of a conversation: posting, catching up, marks."""
