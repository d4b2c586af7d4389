from pathlib import Path

from deploy.doctor.desk import inventory_at_desk, secrets_at_desk
from deploy.keyring import Keyring
from jobs.inventory import Tls
from tests.world import make_world
from workers.secrets import Secrets


def keyring(folder: Path) -> Keyring:
    """A folder with an authority, our own certificate, one password and the workers' key."""
    for name in (
        "ca.pem",
        "certificates/pgbaton.client.pem",
        "certificates/pgbaton.client.key",
        "secrets/redis-password",
        "secrets/etcd-main-password",
        "ssh/worker",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"this is {name}\n")
    return Keyring(folder)


def test_secrets_that_are_not_here_are_those_of_the_keyring(tmp_path: Path) -> None:
    """By their files' names, none is read; what the environment has itself stays."""
    environ = {"PGBATON_REDIS_PASSWORD": "mine"}
    at = secrets_at_desk(environ, keyring(tmp_path))
    assert at == environ | {
        "PGBATON_ETCD_MAIN_PASSWORD_FILE": str(tmp_path / "secrets/etcd-main-password"),
        "PGBATON_SSH_KEY": str(tmp_path / "ssh/worker"),
    }
    assert Secrets(at).get("etcd-main-password") == "this is secrets/etcd-main-password"


def test_files_that_are_not_here_are_those_of_the_keyring(tmp_path: Path) -> None:
    """Every TLS file of the inventory, by its part; one that is here stays, and none is invented."""
    keys, mine = keyring(tmp_path / "keys"), tmp_path / "mine.pem"
    mine.touch()
    there = Tls(ca="/nowhere/ca.pem", cert="/nowhere/client.pem", key="/nowhere/client.key")
    known = make_world().inventory
    etcd = known.etcd["main"].model_copy(update={"tls": there})
    cluster = known.clusters["shop"].model_copy(update={"rest": Tls(ca=str(mine))})
    webhook = known.webhook.model_copy(update={"ca": "/nowhere/ca.pem"})
    inventory = known.model_copy(
        update={"etcd": {"main": etcd}, "clusters": {"shop": cluster}, "webhook": webhook}
    )
    at = inventory_at_desk(inventory, keys)
    own = tmp_path / "keys/certificates/pgbaton.client"
    ca = str(tmp_path / "keys/ca.pem")
    assert at.etcd["main"].tls == Tls(ca=ca, cert=f"{own}.pem", key=f"{own}.key")
    assert at.clusters["shop"].rest == Tls(ca=str(mine))
    assert at.webhook.ca == ca
    assert at.redis.tls == Tls()
    assert at.hosts == inventory.hosts
