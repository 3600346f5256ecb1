"""The lake on disk: atomic writing, releases, versions, publication."""
