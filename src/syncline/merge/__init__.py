"""The pure heart: from what was known and what is seen to what the record becomes and what must be told."""
