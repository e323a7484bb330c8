"""Spans of a source moved to its translation."""
