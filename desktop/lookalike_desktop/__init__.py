"""The window: presents the core, decides nothing about retrieval."""
