"""What is asked, what counts as right, and what a suggested mark says."""
