"""Grades answers: what each says, with the words that say it, how sure that is, and when a person has to look."""
