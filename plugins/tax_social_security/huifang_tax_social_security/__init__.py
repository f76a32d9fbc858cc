"""Regular interviews by tax and social security offices (税务社保工作定期回访)."""
