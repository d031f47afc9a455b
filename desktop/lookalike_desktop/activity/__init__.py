"""What goes on in the background, what was skipped, and what all of it takes on the disk."""
