"""Where the bytes of a model come from: `pypi:`, `hf:`, `https:`, `file:`."""
