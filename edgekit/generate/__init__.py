"""The task of writing text with a language model."""
