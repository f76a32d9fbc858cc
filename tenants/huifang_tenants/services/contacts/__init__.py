"""Contacts: claiming work, leading through the script, recording the outcome, and what proves it."""
