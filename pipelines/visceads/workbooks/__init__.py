"""Spreadsheets as published -> tidy frames; `recognise` first, then one reader per family."""
