"""The one door out: every request to a system passes here, guarded, filled in, limited and redacted."""
