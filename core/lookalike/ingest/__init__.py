"""Ingest pipeline for photos: read, decode, describe, record and index."""
