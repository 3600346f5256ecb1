"""Filters and node metrics of directed weighted networks, on matrices."""
