"""visceads: from CEADs spreadsheets to a carbon and input-output warehouse of China's provinces."""

__version__ = "0.1.0"
