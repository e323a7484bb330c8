"""The terminal app: screens over `edgekit`, nothing of their own to say about models or languages."""
