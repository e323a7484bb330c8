"""Artifacts for one kind of processor: what `edgekit export --target` writes."""
