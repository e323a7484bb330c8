"""Keeps suggestions and a teacher's decisions, so that nothing is lost and every mark can be made again."""
