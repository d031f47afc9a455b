"""A data set with ground truth in, retrieval figures out."""
