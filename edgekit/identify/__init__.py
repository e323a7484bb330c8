"""Which language a text, a segment or a word is in, or that this cannot be told; romanization."""
