"""Models on this computer: from a model's name to verified local files."""
