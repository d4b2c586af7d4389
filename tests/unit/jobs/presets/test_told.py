from jobs.presets import PRESETS, told
from tests.parts import ROOT


def test_the_guide_tells_of_the_presets_as_they_are() -> None:
    """docs/presets.md ends with what `pgbaton script presets` prints."""
    assert (ROOT / "docs/presets.md").read_text().endswith("\n\n" + told(PRESETS))


def test_every_parameter_stands_in_its_table() -> None:
    """With what it is, and what counts where it is not said."""
    for preset in PRESETS.values():
        text = told({preset.name: preset})
        for one in preset.parameters:
            assert f"| `{one.name}` | {one.told} | " in text


def test_every_parameter_is_used() -> None:
    """None is read and then forgotten."""
    for preset in PRESETS.values():
        texts = repr((preset.files, preset.after, preset.services, preset.check))
        for one in preset.parameters:
            used = (f"<{one.name}>", f"<{one.name}*>", f"when='{one.name}'")
            assert any(word in texts for word in used), (preset.name, one.name)
