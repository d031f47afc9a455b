"""A query in, a stream of ever better rankings out."""
