"""Callbacks of property and motor insurers, by two insurers' rules: around claims (HT), and of first contact (PC)."""
