"""What may be wrong with a translation, found by looking at both texts."""
