"""For those who operate the bot: health for the platform it runs on, metrics and the report behind tokens."""
