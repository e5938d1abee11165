"""Real services and small adapters that tests share."""
