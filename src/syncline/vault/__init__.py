"""Secrets and tokens: sealed where they lie, and given to egress alone."""
