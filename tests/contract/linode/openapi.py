"""Linode's OpenAPI document as a judge: of the requests that we make, and of the double's answers."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from ruamel.yaml import YAML
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.contract.linode.recorder import Exchange
from tests.parts import ROOT

FILE = ROOT.parent / "shared" / "linode-openapi-reduced.yaml"
HOST, BASE = "https://api.linode.com", "/v4"
INTERFACES = ("public", "vpc", "vlan")
WRONG_ON_PURPOSE = {400, 404, 415}
UNDOCUMENTED = ("/v4/domains",)
"""What the reduced document leaves out."""


def load() -> OpenAPI:
    """The document, once a session: reading it takes seconds."""
    return OpenAPI.from_dict(relaxed(YAML(typ="safe").load(FILE)))


def relaxed(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what its mechanical derivation got wrong, each with its reason."""
    document = copy.deepcopy(document)
    document["servers"] = [{"url": f"{HOST}{BASE}"}]
    for node in _objects(document):
        _pages_hold_many(node)
        _lists_are_lists(node)
        _unknown_is_capital(node)
        _interfaces_are_whole(node)
    _configs_come_in_pages(document)
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith("Request"):
            _close(schema)
    return document


def _pages_hold_many(node: dict[str, Any]) -> None:
    """Every page was derived to hold exactly one item."""
    if node.get("minItems") == node.get("maxItems") == 1:
        del node["minItems"], node["maxItems"]


def _lists_are_lists(node: dict[str, Any]) -> None:
    """Lists of objects within an object were derived as one such object."""
    for name in ("inbound", "outbound", "entities", "interfaces"):
        one = node.get("properties", {}).get(name)
        if isinstance(one, dict) and one.get("type") == "object":
            node["properties"][name] = {"type": "array", "items": one}


def _unknown_is_capital(node: dict[str, Any]) -> None:
    """A node's status before its first check: answers recorded from Linode (2024, 2025) say Unknown."""
    if node.get("enum") == ["unknown", "UP", "DOWN"]:
        node["enum"].append("Unknown")


def _interfaces_are_whole(node: dict[str, Any]) -> None:
    """What kind an interface is was derived as a list, or left out; the client library reads an
    object, whose addresses are lists."""
    properties = node.get("properties", {})
    if "mac_address" in properties:
        properties |= {kind: {"type": "object", "nullable": True} for kind in INTERFACES}


def _configs_come_in_pages(document: dict[str, Any]) -> None:
    """The list of configurations was derived as a single one; Linode pages it like all others."""
    paths = document["paths"]
    content = _ok(paths["/nodebalancers/{nodeBalancerId}/configs"]["get"])
    page = copy.deepcopy(_ok(paths["/nodebalancers"]["get"])["schema"])
    page["properties"]["data"]["items"] = content["schema"]
    content["schema"] = page


def _close(schema: dict[str, Any]) -> None:
    """Answers are open in the document; the double may not invent a member all the same."""
    for node in _objects(schema):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)


def _ok(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]
    return content


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document, outermost first."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from _objects(child)


@dataclass(slots=True)
class Request:
    """An exchange's first half, as openapi-core wants it, which adds the path's parameters."""

    exchange: Exchange
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        query, headers = ImmutableMultiDict(self.exchange.query), Headers(self.exchange.headers)
        self.parameters = RequestParameters(query=query, header=headers)

    @property
    def host_url(self) -> str:
        return HOST

    @property
    def path(self) -> str:
        return self.exchange.path.replace("/v4beta", BASE, 1)

    @property
    def method(self) -> str:
        return self.exchange.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.exchange.body or None

    @property
    def content_type(self) -> str:
        return self.exchange.headers["content-type"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An exchange's second half, as openapi-core wants it."""

    exchange: Exchange

    @property
    def status_code(self) -> int:
        return self.exchange.status

    @property
    def headers(self) -> dict[str, str]:
        return self.exchange.answer_headers

    @property
    def data(self) -> bytes:
        return self.exchange.answer

    @property
    def content_type(self) -> str:
        return self.exchange.answer_headers["content-type"]


def objections(document: OpenAPI, exchange: Exchange) -> list[str]:
    """What the document has against an exchange. A request that was refused as wrong may have been
    meant so; its answer counts all the same, where the document knows the address."""
    if exchange.path.startswith(UNDOCUMENTED) or exchange.status == 405:
        return []
    request, found = Request(exchange), []
    if exchange.status not in WRONG_ON_PURPOSE:
        found += _said(lambda: document.validate_request(request))
    if exchange.status != 404:
        found += _said(lambda: document.validate_response(request, Answer(exchange)))
    return [f"{exchange.method} {exchange.path} ({exchange.status}): {why}" for why in found]


def likeness(exchange: Exchange) -> tuple[Any, ...]:
    """What two exchanges have in common where one judgment does for both: the same request, by words
    and members, and an answer that differs in ids, times and other figures alone."""
    return (
        exchange.method,
        _figureless(exchange.path.encode()),
        tuple(exchange.query),
        exchange.headers.get("x-filter"),
        exchange.body,
        exchange.status,
        _figureless(exchange.answer),
    )


def _figureless(text: bytes) -> bytes:
    return re.sub(rb"\d+", b"0", text)


def _said(validate: Any) -> list[str]:
    try:
        validate()
    except OpenAPIError as error:
        return [f"{error}: {_causes(error)}"]
    return []


def _causes(error: BaseException) -> str:
    cause = error.__cause__
    details = getattr(cause, "schema_errors", [])
    told = [f"{'/'.join(map(str, one.path))}: {one.message}" for one in details]
    return "; ".join(told) or str(cause or "")
