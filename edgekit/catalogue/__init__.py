"""Which models there are: `models.toml`, read and checked."""
