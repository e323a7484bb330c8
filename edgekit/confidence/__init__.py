"""How likely a translation is to be right: signals, and what turns them into a calibrated number."""
