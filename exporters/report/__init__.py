"""What an export tells people: the trade-off on a terminal, and a page beside the artifact."""
