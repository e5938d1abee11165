"""Adapters: one channel each. They know ports and messages only, and not each other."""
