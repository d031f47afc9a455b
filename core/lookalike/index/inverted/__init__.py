"""Finding by details: an inverted file of local features, beside the index of descriptors.

Each feature of a photo is an entry in the list of its visual word. A query's features look into the lists of their
words, and entries alike vote for their photos; the votes that agree in rotation, scale and place count. Nothing here is
a durable record: a photo that is lacking is added again from its kept features or from its pixels.
"""

from lookalike.index.inverted.inverted_file import InvertedFile
from lookalike.index.inverted.protocol import FeatureIndex, Votes

__all__ = ["FeatureIndex", "InvertedFile", "Votes"]
