"""The pure core: a message and a state go in, a new state and replies come out. No I/O, no clock, no randomness."""
