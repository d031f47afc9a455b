"""Where photos were taken: a map that is drawn offline, and the photos of what it shows."""
