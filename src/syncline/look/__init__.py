"""What people are shown of a hub: read from its ledger, as values; nothing here writes."""
