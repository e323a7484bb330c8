"""The translate task: texts in, translations out, whatever engine decodes them."""
