"""Local stand-ins for vendors' systems, good enough for the vendors' own client libraries."""
