"""A synthetic release, written in the true workbook layouts."""
