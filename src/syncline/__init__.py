"""Syncline keeps the systems a company sells with in agreement, in both directions."""
