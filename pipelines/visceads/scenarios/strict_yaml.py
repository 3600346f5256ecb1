"""YAML read strictly: every value means what it looks like, and every key knows its line.

Belongs here: text -> mappings, lists, texts, numbers. Not here: what the keys of a scenario mean (`scenario_file`).

PyYAML parses the text and nothing else: no object is ever constructed. Plain scalars are numbers, true, false or null
by the core schema of YAML 1.2 only; by the rules of YAML 1.1 010 would be 8, 1:30 would be 90 and no would be false.
Keys that occur twice, references to other places (&name, *name) and tags (!!name) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

Place = tuple[str | int, ...]
"""Keys and positions (from 0) that lead to a value: ("changes", 0, "percent")."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"([-+]?)\.(inf|nan)", re.IGNORECASE)
_WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_EXACT_DIGITS = 15
_TAGS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class StrictYamlError(ValueError):
    """A text that is no strict YAML.

    Attributes:
        line: the line that the sentence is about, from 1, or None where the whole text is meant.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Document:
    """A YAML text as data.

    Attributes:
        content: mappings with text keys, lists, texts, numbers, true, false, None.
        lines: place of a value -> line, from 1; in a mapping the line of its key.
    """

    content: object
    lines: Mapping[Place, int]


def read_yaml(text: str) -> Document:
    """Return the content of a YAML text with the line of every value.

    Args:
        text: one document.

    Raises:
        StrictYamlError: broken YAML, a repeated key, a key that is no text, a reference, a tag.
    """
    reader = _Reader()
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        content = None if root is None else reader.value(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        line = None if mark is None else mark.line + 1
        raise StrictYamlError(f"this is no YAML: {what}; look at indentation, colons and quotes there", line) from None
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise StrictYamlError(f"this is no YAML text: {what}; save it as plain text in UTF-8", None) from None
    except RecursionError:
        raise StrictYamlError("lists and mappings stand too deep inside each other for a scenario", None) from None
    return Document(content, reader.lines)


class _Reader:
    """Turns the nodes of one document into data, noting lines."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self._met: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if id(node) in self._met:
            # PyYAML gives both places the mark of the first
            raise StrictYamlError("what stands here (&name) is referred to again (*name); write it out there", line)
        self._met.add(id(node))
        if node.tag not in _TAGS:
            raise StrictYamlError(f"the tag {node.tag} stands here, which means nothing in a scenario; drop it", line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number)) for number, item in enumerate(node.value)]
        return node.value if node.style is not None else _plain(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise StrictYamlError("a list or mapping stands where a key must; write a word and a colon", line)
            key = str(key_node.value)
            if key in found:
                first = self.lines[*place, key]
                raise StrictYamlError(f"the key '{key}' stands here again, after line {first}; keep one of them", line)
            self.lines[*place, key] = line
            found[key] = self.value(value_node, (*place, key))
        return found


def _plain(text: str) -> object:
    """Return what a scalar without quotes means."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text) and len(text) <= _EXACT_DIGITS:
        return int(text)
    if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
        return float(text)
    if match := _NO_NUMBER.fullmatch(text):
        return float(match[1] + match[2])
    return text
