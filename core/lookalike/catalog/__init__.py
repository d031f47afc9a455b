"""SQLite: the durable record of what is known about the photos."""
