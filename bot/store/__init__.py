"""Adapters of the store ports: `memory` for tests and the terminal, `sql` for SQLite and PostgreSQL."""
