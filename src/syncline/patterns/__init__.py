"""What is the same in every company: the canonical words, and how systems of two kinds work together."""
