"""Which tokens a model of a few languages keeps, and what that costs on text that nobody has seen."""
