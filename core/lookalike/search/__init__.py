"""Search: from a query to a stream of ever better rankings."""
