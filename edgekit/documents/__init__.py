"""A file for each format: the texts of a document out of it, their translations into a copy of it."""
