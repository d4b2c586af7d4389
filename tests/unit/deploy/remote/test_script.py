"""The script as one text."""

import re

import pytest

from deploy.remote import hardened_script, plain_script

SCRIPTS = pytest.mark.parametrize("script", [plain_script, hardened_script])


@SCRIPTS
def test_it_fits_into_one_argument(script: object) -> None:
    """Linux takes 128 KiB in one argument; a connection should carry less."""
    assert callable(script)
    assert len(script().encode()) < 100_000


@SCRIPTS
def test_it_is_made_of_bytes_that_every_shell_reads(script: object) -> None:
    """ASCII, no carriage return."""
    assert callable(script)
    text = script()
    assert text.isascii()
    assert "\r" not in text


def test_the_modes_are_told_apart_by_the_text_alone() -> None:
    """No request and no environment can turn hardened into plain."""
    assert plain_script().count("MODE=") == 1
    assert hardened_script().count("MODE=") == 1
    assert "MODE=hardened\n" in hardened_script()
    assert "permitted_file() { :; }" not in hardened_script()


def test_nothing_of_a_request_is_evaluated() -> None:
    """The word eval does not occur."""
    for script in (plain_script(), hardened_script()):
        assert not re.search(r"\beval\b", script)
