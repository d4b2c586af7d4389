"""What is printed is what is installed: one whole POSIX sh script."""

import pytest

from deploy.hook import hook_script
from deploy.remote import hardened_script
from tests.unit.deploy.cli.desk import Operator


@pytest.mark.parametrize(("what", "text"), [("hook", hook_script()), ("remote", hardened_script())])
def test_the_script_comes_out_whole(ann: Operator, what: str, text: str) -> None:
    """Byte for byte, and nothing else on standard output."""
    seen = ann.types("script", what)
    assert (seen.exit_code, seen.stdout) == (0, text)
    assert text.startswith("#!/bin/sh\n")


def test_another_script_is_a_wrong_call(ann: Operator) -> None:
    """The answer names those that there are."""
    seen = ann.types("script", "other")
    assert seen.exit_code == 2
    assert "'hook', 'remote'" in seen.output
