"""The best model that a device can carry: every candidate predicted, a few built and measured, one recommended."""
