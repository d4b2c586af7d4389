"""Without this file a plan shown to people would show them passwords."""

import re

MASK = "***"
_NAME = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)
_USERINFO = re.compile(r"(://[^\s:@/]*:).*", re.DOTALL)
_KEYWORD = re.compile(
    r"((?:pass|pwd|secret|token|key)\w{0,20}\s*=\s*)('(?:[^'\\]|\\.|'')*'|[^\s;&]*)",
    re.IGNORECASE | re.DOTALL,
)


def masked(key: str, value: str) -> str:
    """The value as people may see it: whole secrets and passwords inside it are `***`.

    What cannot be told apart is masked too: a lost host name harms less than a shown password.
    """
    if _NAME.search(key) and not key.endswith((":host", ":port", ":hostaddr")):
        return MASK
    userinfo, at, rest = value.encode("utf-8", "replace").decode().rpartition("@")
    return _KEYWORD.sub(rf"\1{MASK}", _USERINFO.sub(rf"\1{MASK}", userinfo) + at + rest)
