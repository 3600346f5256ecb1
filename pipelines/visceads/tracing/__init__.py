"""From a published number back to the cell of a workbook: what `visceads trace` says. Knows the lake, starts no run."""
