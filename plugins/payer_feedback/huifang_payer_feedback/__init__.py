"""Feedback callbacks to those who paid at an office (缴费人回访)."""
