"""What was translated before: a store for each user, exact and similar matches, TMX."""
