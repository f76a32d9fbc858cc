"""Stores: load and save the nouns of a tenant; they decide nothing."""
