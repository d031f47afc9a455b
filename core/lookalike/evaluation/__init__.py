"""Evaluation: from a data set with ground truth to retrieval figures."""
