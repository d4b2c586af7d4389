"""Templates compiled once for all tests; without it most of a page's test would be Jinja's compiler at work."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Compiled templates by their key. Jinja leaves a text aside whose source is another one by now."""

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Whatever stands under the bucket's key."""
        if text := self._texts.get(bucket.key):
            bucket.bytecode_from_string(text)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next application."""
        self._texts[bucket.key] = bucket.bytecode_to_string()
