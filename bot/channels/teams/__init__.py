"""Microsoft Teams: native citations, cards that change in place, and search in the compose box."""
