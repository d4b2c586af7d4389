"""Without this file a whole disaster would have to end within a unit test's minute."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIMIT = 400  # seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and give those without a time limit of their own a longer one."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.scenario)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LIMIT))
