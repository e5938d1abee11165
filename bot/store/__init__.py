"""Adapters of the store ports: memory, and SQL (SQLite and PostgreSQL)."""
