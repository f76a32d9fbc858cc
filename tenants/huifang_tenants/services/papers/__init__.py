"""Contacts on paper: letters and visitors' sheets, what stands on them, and entering what came back (LN-4b, LN-4c)."""
