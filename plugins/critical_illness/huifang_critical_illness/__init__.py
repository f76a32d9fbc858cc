"""Questionnaires of customers with a critical illness claim (大病保险回访)."""
