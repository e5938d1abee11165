"""What runs between channels and stores: intake, turns, sending, retention."""
