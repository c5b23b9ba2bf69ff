"""Letters to debtors: what they say, how they look, and where they are kept."""
