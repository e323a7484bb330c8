"""How well a model's representations of languages match, measured on translations of the same lines."""
