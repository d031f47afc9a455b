"""What can be done with photos, wherever in the window they are."""
