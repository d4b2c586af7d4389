"""The real script with a wound: it dies after its k-th effect, or somebody interferes at a given line."""

from __future__ import annotations

from deploy.remote import plain_script

EFFECTS = {
    "keep() {": "keep",
    "rename_file() {": "rename_file",
    "run_one_after() {": "run_one_after",
    "restart_runit() {": "restart_runit",
    "check_one() {": "check_one",
}


def dying_after(effects: int) -> str:
    """The script, killed right after its k-th effect: a journal line, a rename, a command, a restart
    or a check."""
    script = plain_script()
    for anchor, name in EFFECTS.items():
        wrapped = (
            f'{name}() {{\n    {name}_really "$@" || return\n    effect\n}}\n{name}_really() {{'
        )
        script = _replaced(script, f"\n{anchor}", f"\n{wrapped}")
    count = f"effects=0\neffect() {{\n    effects=$((effects + 1))\n    [ $effects -ne {effects} ] || kill -9 $$\n}}\n"
    return count + script


def interfered(function: str, command: str) -> str:
    """The script, with a shell command run as one of its functions begins."""
    return _replaced(plain_script(), f"\n{function}() {{\n", f"\n{function}() {{\n    {command}\n")


def interfered_before_rename(command: str) -> str:
    """The script, with a shell command run between the last look at the links and the rename."""
    return _replaced(plain_script(), "    keep_backup\n", f"    keep_backup\n    {command}\n")


def _replaced(script: str, old: str, new: str) -> str:
    assert script.count(old) == 1, f"{old!r} is not once in the script"
    return script.replace(old, new)
