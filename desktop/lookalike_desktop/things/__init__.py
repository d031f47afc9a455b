"""Things and places in the window: their covers, one of them, and what the user corrects."""
