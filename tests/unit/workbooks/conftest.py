"""The author of the tests for CO2 inventories overwrote this file by mistake at 00:30; its owner, please write
your fixtures here again. Nothing of the inventory tests depends on it any more (they use `inventory_book.py`).
"""
