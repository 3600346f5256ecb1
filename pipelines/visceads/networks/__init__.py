"""Networks of the published tables and their backbones: a question -> edges that a filter keeps, and a summary."""
