"""Greetings, reminders before expiry and answers to suggestions (客户关怀)."""
