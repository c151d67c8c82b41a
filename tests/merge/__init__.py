"""The rules of the merge, each said as one sentence about a small company."""
