"""One pandera model per published table: columns, types, keys, units, titles in English and Chinese."""
