"""The steps of ``bootstrap.py``, with nothing but the standard library."""
