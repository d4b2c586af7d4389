"""docs/slack.md grants what the hand needs, and no more."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from deploy.lab.slack.methods import METHODS
from workers.slack.errors import missing_scope

GUIDE = Path(__file__).parents[4] / "docs" / "slack.md"


def _scopes() -> list[str]:
    found = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    manifest = YAML(typ="safe").load(found[1])
    scopes: list[str] = manifest["oauth_config"]["scopes"]["bot"]
    return scopes


def test_the_manifest_names_the_scopes_that_are_needed() -> None:
    """Those that the double demands, and the private channel's twin; each explained, and told when missed."""
    needed = {method.scope for method in METHODS.values() if method.scope}
    assert set(_scopes()) == {*needed, "groups:history"}
    guide = GUIDE.read_text(encoding="utf-8")
    for scope in _scopes():
        assert f"| `{scope}` |" in guide
        assert scope in missing_scope("")
