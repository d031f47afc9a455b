"""Data sets: readers of public benchmarks as their authors lay them out, and of the format of our own."""
