"""Frozen values in the words of the design: record, link, observation, outcome, intent, entry."""
