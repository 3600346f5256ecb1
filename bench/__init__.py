"""Measurements of the whole and of its costly parts; never a test, because machines are noisy."""
