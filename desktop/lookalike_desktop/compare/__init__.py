"""Two photos side by side, and what they have in common."""
