"""What `pgbaton check` says of machines that bear less than people think, and when it says nothing."""

import json
import secrets

import pytest

from jobs.signatures import key_pair
from tests.unit.deploy.cli.desk import Operator
from tests.unit.deploy.cli.test_check import PINNED
from tests.unit.jobs.test_inventory_addresses import GROUND

KEYS = {name: key_pair(secrets.token_bytes(32)).public for name in ("pg1", "pg2", "pg3")}
SENDERS = "".join(
    f'[senders.{name}]\nclusters = ["shop"]\nkeys = ["{key}"]\n' for name, key in KEYS.items()
)
SOUND = (
    GROUND.replace('"ssh-ed25519 AAAA"', f'"{PINNED}"')
    .replace('pg2 = "fd00::22"', 'pg2 = "10.0.0.22", pg3 = "10.0.0.23"')
    .replace('"worker"', '"worker", "web", "watch", "clock", "chronicle"')
) + SENDERS
SUBJECTS = ("machines", "etcd.main.machines", "clusters.shop.machines", "senders.pg3")


def told(ann: Operator, text: str) -> dict[str, str]:
    """What is worth a look, by path, as far as it is about machines."""
    file = ann.folder / "inventory.toml"
    file.write_text(text)
    said = json.loads(ann.types("check", str(file), "--json").stdout)
    assert said["mistakes"] == []
    return {one["path"]: one["reason"] for one in said["warnings"] if one["path"] in SUBJECTS}


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        (', pg3 = "10.0.0.23"', "", "clusters.shop.machines", "commits wait for nobody while one"),
        (', "clock"', "", "machines", "none of them runs clock"),
        ("[senders.pg3]", "[senders.pg9]", "senders.pg3", "this one has none"),
        (
            ', etcd2 = "10.0.0.12", etcd3 = "10.0.0.13"',
            "",
            "etcd.main.machines",
            "one machine is for a try",
        ),
    ],
)
def test_what_bears_less_is_said(ann: Operator, old: str, new: str, path: str, reason: str) -> None:
    """One remark for each, and none for what is as it should be."""
    text = SOUND.replace(old, new)
    if path == "etcd.main.machines":
        text = text.replace(', "http://10.0.0.12:2379", "http://10.0.0.13:2379"', "")
    assert told(ann, SOUND) == {}
    found = told(ann, text)
    assert list(found) == [path]
    assert reason in found[path]


def test_without_synchronous_commits_or_machines_two_members_are_no_news(ann: Operator) -> None:
    """Who did not ask for it misses nothing; and what others deploy is theirs to know."""
    pair = SOUND.replace(', pg3 = "10.0.0.23"', "")
    alone = pair.replace('scope = "shop"', 'scope = "shop"\nsynchronous = false')
    assert told(ann, alone) == {}


def test_a_nodebalancer_that_is_not_created_yet_is_one_remark(ann: Operator) -> None:
    """Not one for its address and another for its subnet."""
    text = SOUND.replace('address = "203.0.113.10"\n', "").replace("10.0.1.1", "10.0.0.51")
    file = ann.folder / "inventory.toml"
    file.write_text(text + '[provision]\nregion = "us-ord"\n')
    said = json.loads(ann.types("check", str(file), "--json").stdout)
    assert said["mistakes"] == []
    front = [one for one in said["warnings"] if one["path"].startswith("nodebalancers.front")]
    assert [one["path"] for one in front] == ["nodebalancers.front.address"]
    assert "provision --write" in front[0]["remedy"]


def test_secrets_in_the_folder_of_keys_are_not_lacking(ann: Operator) -> None:
    """Where an operator sits; without it each is named."""
    file = ann.folder / "inventory.toml"
    file.write_text(SOUND)

    def lacking() -> set[str]:
        said = json.loads(ann.types("check", str(file), "--json").stdout)
        return {one["path"] for one in said["lacking"]}

    assert lacking() == {"hosts", "linode", "senders.probe"}
    keys = ann.folder / "keys"
    for name in ("ca.pem", "secrets/linode-token"):
        (keys / name).parent.mkdir(parents=True, exist_ok=True)
        (keys / name).write_text("x")
    assert lacking() == {"hosts", "senders.probe"}
    (keys / "ca.pem").unlink()
    assert lacking() == {"hosts", "linode", "senders.probe"}
