"""What the bot asks: dialog flows as data, replayed from their answers. Usable without `bot`."""
