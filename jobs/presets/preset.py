"""What a preset is made of, as data: texts with `<parameter>` in them, each perhaps left out.

A text that names an empty parameter is left out; one that names a list stands once for each of its
items, and `<list*>` means all of them, with spaces between. `{host}` and the like are templates over the leader and stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["folder", "file", "below", "word", "words", "flag", "port", "url"]
"""Of a parameter: an absolute folder or file, a path below the folder, a word without spaces, a
list of such, true or false, a TCP port, an http address."""

Value = str | int | bool | tuple[str, ...]
"""What a parameter may be; `False` and `()` say that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What an inventory may say about an application of this kind; `needed`: what it must say."""

    name: str
    kind: Kind
    told: str
    default: Value = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One text: there only `when` that parameter is given, and `unless` any of those is. `told` is for
    people, where the text is long."""

    text: str
    when: str = ""
    unless: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a file, and what it is to say."""

    name: str
    value: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """A file. `keys` follow the leader; `demands` must stand there, or nothing is changed."""

    path: Line
    format: str
    keys: tuple[Key, ...]
    demands: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A kind of application. `check` is one command: all its lines must succeed, in their order."""

    name: str
    told: str
    parameters: tuple[Parameter, ...]
    files: tuple[Managed, ...]
    after: tuple[Line, ...] = ()
    services: tuple[str, ...] = ()
    check: tuple[Line, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((one for one in self.parameters if one.name == name), None)
