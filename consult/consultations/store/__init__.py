"""SQL of tickets: `tickets` one by one, `line` many at once, `log` the conversation."""
