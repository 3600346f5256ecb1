"""Input-output mathematics on arrays: no files, no frames of a warehouse, no orchestration."""
