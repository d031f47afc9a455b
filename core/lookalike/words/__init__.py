"""Words: sources that find photos by words, and what the words of a query ask for."""
