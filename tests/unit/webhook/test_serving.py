"""What gunicorn is told about TLS, with the reading of the file in our hands."""

import ssl
from collections.abc import Callable

import pytest

from webhook.serving import READINGS, ssl_context


def halves(unfit: int, context: ssl.SSLContext) -> Callable[[], ssl.SSLContext]:
    """A file that is renewed between the looks at its two halves, so many times."""
    left = [unfit]

    def read() -> ssl.SSLContext:
        if left[0]:
            left[0] -= 1
            raise ssl.SSLError("key values mismatch")
        return context

    return read


@pytest.mark.parametrize("unfit", range(READINGS))
def test_a_renewal_between_two_looks_is_read_again(unfit: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert ssl_context(None, halves(unfit, context)) is context


def test_a_file_that_never_fits_is_said() -> None:
    with pytest.raises(ssl.SSLError, match="mismatch"):
        ssl_context(None, halves(READINGS, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)))
