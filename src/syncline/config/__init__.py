"""hub.yaml to a checked, typed declaration; every error with its place and a suggestion."""
