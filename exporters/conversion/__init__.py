"""A checkpoint as it was published becomes a file that a device runs: the contract, and what all families share."""
