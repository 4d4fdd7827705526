"""What queue, chat and calls have in common: the ticket, its stages, the conversation log."""
