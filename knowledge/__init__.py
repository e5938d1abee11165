"""What the bot knows: sources, verbatim quotes, topics, and the search over them. Usable without `bot`."""
