"""Dagster assets, checks and resources: the only package that imports dagster."""
