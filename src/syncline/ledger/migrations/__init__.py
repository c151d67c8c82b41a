"""How the tables came to be what they are: one file for each change, never edited after its release."""
