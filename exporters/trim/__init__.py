"""Smaller vocabularies: which tokens must stay together, and how a container loses the rows of the others."""
