"""The hub's memory: records, links, history and everything observed, on SQLite or PostgreSQL."""
