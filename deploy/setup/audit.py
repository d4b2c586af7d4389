"""Whether a known hole stands in the locks; without it one would be heard of by chance.

Usage: python -m deploy.setup.audit [--service URL] [LOCK...]. pip-audit asks OSV about every version in
the locks, and installs nothing. Exit codes: 0 none known, or nobody could be asked, which is said; 1 some.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

LOCKS = ("requirements.lock", "requirements-lab.lock")
OSV = "https://api.osv.dev/v1/query"
PATIENCE = 10
ACCEPTED: Mapping[str, str] = {}
"""Vulnerabilities by their id that do not concern us, each with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """One known vulnerability of one locked version."""

    package: str
    version: str
    id: str
    fixed: Sequence[str]

    def __str__(self) -> str:
        remedy = f"lock {' or '.join(self.fixed)}" if self.fixed else "no version mends it yet"
        return f"{self.package} {self.version}: {self.id}; {remedy}"


def main(words: Sequence[str]) -> int:
    """Audit each lock; the exit code."""
    options = _options(words)
    if why := _silence(options.service):
        print(f"audit: {options.service} could not be asked ({why}): nothing is known of the locks")  # noqa: T201
        return 0
    return max(_audit(lock, options.service) for lock in options.locks)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="audit", description="Look for known holes in the locks.")
    parser.add_argument("--service", default=OSV, metavar="URL", help="OSV's query address")
    parser.add_argument("locks", nargs="*", default=LOCKS, metavar="LOCK")
    return parser.parse_args(words)


def _silence(service: str) -> str | None:
    """Why the service does not answer a question about one package; None where it does."""
    question = {"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "0"}
    try:
        requests.post(service, json=question, timeout=PATIENCE).raise_for_status()
    except requests.HTTPError as error:
        return f"it answered {error.response.status_code}"
    except requests.RequestException as error:
        return type(error).__name__
    return None


def _audit(lock: str, service: str) -> int:
    done = subprocess.run(_command(lock, service), capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _unfinished(lock, service, done.stderr)
    holes = list(_holes(found))
    lines = [f"{lock}: {hole}" for hole in holes] or [f"{lock}: {len(found)} versions, none known"]
    print("\n".join(f"audit: {line}" for line in lines))  # noqa: T201
    return 1 if holes else 0


def _command(lock: str, service: str) -> list[str]:
    asked = ["--vulnerability-service", "osv", "--osv-url", service, "--timeout", str(PATIENCE)]
    quiet = ["--format", "json", "--progress-spinner", "off"]
    ignored = [word for one in ACCEPTED for word in ("--ignore-vuln", one)]
    read = ["--requirement", lock, "--require-hashes", "--disable-pip"]
    return [sys.executable, "-m", "pip_audit", *read, *asked, *quiet, *ignored]


def _unfinished(lock: str, service: str, said: str) -> int:
    """Not the lock's fault where the service went away meanwhile."""
    if why := _silence(service):
        print(f"audit: {lock}: {service} could not be asked to the end ({why})")  # noqa: T201
        return 0
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "nothing was said")
    print(f"audit: {lock} could not be audited: {last.strip()}")  # noqa: T201
    return 1


def _holes(found: Sequence[Mapping[str, Any]]) -> Iterator[Hole]:
    for one in found:
        for vulnerability in one.get("vulns", ()):
            yield Hole(
                package=one["name"],
                version=one["version"],
                id=" ".join([vulnerability["id"], *vulnerability["aliases"]]),
                fixed=vulnerability["fix_versions"],
            )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
