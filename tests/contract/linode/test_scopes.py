"""A token that may not do something: which scope it lacks, or which grant its user."""

from collections.abc import Callable

import pytest

from tests.contract.linode.api_server import errors, serving
from tests.contract.linode.double import Double
from tests.contract.linode.questions import QUESTIONS, TOKEN, refused
from workers.linode import Api

UNAUTHORIZED = "Your OAuth token is not authorized to use this endpoint."
LACKS = {
    "balancer": "nodebalancers:read_write",
    "nodes": "nodebalancers:read_write",
    "create a balancer": "nodebalancers:read_write",
    "create a configuration": "nodebalancers:read_write",
    "create a node": "nodebalancers:read_write",
    "move a node": "nodebalancers:read_write",
    "set a mode": "nodebalancers:read_write",
    "set a check": "nodebalancers:read_write",
    "firewalls": "linodes:read_only",
    "zone": "domains:read_write",
    "create a record": "domains:read_write",
    "set a record": "domains:read_write",
    "events": "events:read_only",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_missing_scope_is_named(make_double: Callable[..., Double], question: str) -> None:
    """The one to give, and those that the token has."""
    double = make_double(scopes="volumes:read_only images:read_only")
    told = refused(Api(double.url, token=double.token), question)
    assert told.status == 401
    assert told.reason.endswith(f"answers 401: {UNAUTHORIZED}")
    assert told.remedy == (
        f"make a token with the scope {LACKS[question]}"
        " (this one has volumes:read_only images:read_only), and put it into the secret linode-token"
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_missing_scope_is_named_without_linodes_help(question: str) -> None:
    """What was asked tells the scope where no header does."""
    with serving(errors(401, UNAUTHORIZED)) as served:
        told = refused(Api(served.url, token=TOKEN), question)
        assert told.remedy == (
            f"make a token with the scope {LACKS[question]}, and put it into the secret linode-token"
        )


def test_one_that_may_only_read_is_told_when_it_writes(make_double: Callable[..., Double]) -> None:
    """A token that reads NodeBalancers is good for a look, not for a repair."""
    double = make_double(scopes="nodebalancers:read_only")
    api = Api(double.url, token=double.token)
    assert QUESTIONS["balancer"](api, 5) is None
    told = refused(api, "set a mode")
    assert "make a token with the scope nodebalancers:read_write (this one has" in told.remedy


def test_a_user_without_grants_is_told(make_double: Callable[..., Double]) -> None:
    """All scopes help nothing where the token's user may not write."""
    double = make_double(restricted=True)
    told = refused(Api(double.url, token=double.token), "set a mode")
    assert (told.status, "Users & Grants" in told.remedy) == (403, True)


def test_a_token_that_expired_is_told(double: Double) -> None:
    """No scope is missing then; another token is."""
    told = refused(Api(double.url, token=TOKEN))
    assert told.reason.endswith("answers 401: Invalid Token")
    assert "put another into the secret linode-token" in told.remedy


def test_odd_headers_do_no_harm() -> None:
    """Scopes that nobody knows, commas, and a list without an end."""
    headers = {
        "X_Accepted_OAuth_Scopes": "*, firewall:read_only,nonsense",
        "X_OAuth_Scopes": "x" * 900,
    }
    with serving(errors(401, UNAUTHORIZED, **headers)) as served:
        told = refused(Api(served.url, token=TOKEN))
        assert told.remedy.startswith(
            "make a token with the scope firewall:read_only (this one has x"
        )
        assert len(told.remedy) < 400
