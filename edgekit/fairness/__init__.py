"""Measures a grader: the same marks for every variety, attacks that it falls for, judges that are to be believed."""
