"""Reads students' answers from the files that schools have, and writes marks back to the same."""
