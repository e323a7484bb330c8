"""Models on this machine: what is installed, and how it gets there."""
