"""What must come through a translation as it is: found, masked, verified."""
