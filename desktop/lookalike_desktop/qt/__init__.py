"""What the window is built on: jobs, theme, thumbnails, numbers."""
