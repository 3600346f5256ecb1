"""Scenarios over the published tables: a file that says what changes -> changed accounts beside the base."""
