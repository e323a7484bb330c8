"""Measurements of edgekit beside its peers; no part of the package."""
