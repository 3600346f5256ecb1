"""The published version of a lake as arrays: for commands that compute with the marts and leave them as they are."""
