"""Fewer bits for the weights of an artifact."""
