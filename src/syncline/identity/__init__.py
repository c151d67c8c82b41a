"""Which rows are one real thing: match rules, candidates, merges and un-merges."""
