import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.picture.letters import cut, markup, shown, span_of, width_of


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.043, "43 ms"),
        (0.0996, "0.10 s"),
        (1.238, "1.24 s"),
        (9.996, "10.0 s"),
        (21.04, "21.0 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (10_020, "2 h 47 min"),
        (273_600, "3 d 4 h"),
        (-2, "-2.00 s"),
    ],
)
def test_lengths_as_people_say_them(seconds: float, text: str) -> None:
    """Two or three digits that matter, and the unit that fits."""
    assert span_of(seconds) == text


@given(text=st.text(), size=st.floats(8, 20), room=st.floats(0, 300))
def test_a_cut_text_fits(text: str, size: float, room: float) -> None:
    """What is left fits its room, and begins as the whole did."""
    kept = cut(text, size=size, room=room)
    assert kept == text or width_of(kept, size) <= room
    assert kept == text or not kept or text.startswith(kept[:-1].rstrip())


@given(text=st.text(alphabet=st.characters()))
def test_nothing_invisible_is_left(text: str) -> None:
    """Control characters, turned text and lone surrogates are shown as what they are: unknown."""
    assert shown(text).isprintable()
    assert not set("<>\"'") & set(markup(text))
