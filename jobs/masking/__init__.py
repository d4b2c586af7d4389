"""What hosts and people say, without the secrets in it: the trail keeps what it is told for ever.

Two layers. Values that a host's managed files give to keys that look secret are masked literally wherever
they appear, also percent-encoded and in base64; of at least FLOOR characters, and no word that everybody
knows (a password `postgres` is no secret, and would turn sentences into stars). What stands in no managed
file is found by its shape: URL credentials, `password=…`, Authorization, PEM blocks, well-known tokens,
Laravel's keys, long random words. Hosts in hardened mode blank their values, so there shapes are all we have.
"""

from jobs.masking.known import COMMON, FLOOR, Known, secrets_in
from jobs.masking.shapes import MASK, masked_shapes


def masked(text: str, known: Known | None = None) -> str:
    """The text without secrets; one that holds none comes back as it is, byte for byte."""
    return masked_shapes(text if known is None else known.masked(text))


__all__ = ["COMMON", "FLOOR", "MASK", "Known", "masked", "secrets_in"]
