"""The pair graph: which photos of a library are copies, edits or other views of one another."""

from lookalike.pairs.verified_pair import Edit, PairKind, VerifiedPair

__all__ = ["Edit", "PairKind", "VerifiedPair"]
