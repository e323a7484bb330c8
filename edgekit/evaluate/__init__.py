"""How good translations are: metrics with intervals, comparisons, calibration."""
