"""The invented multi-regional tables that three test modules share."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def mrio() -> ModuleType:
    """The module `mrio_book`; test folders are no packages, so it is loaded by its path."""
    name = "workbooks_mrio_book"
    spec = spec_from_file_location(name, Path(__file__).with_name("mrio_book.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look up their module
    spec.loader.exec_module(module)
    return module
