"""Text that says what a language needs: read from anywhere, counted with the model's own tokenizer."""
