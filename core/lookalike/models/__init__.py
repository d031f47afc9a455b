"""A model id in, verified local files out."""
