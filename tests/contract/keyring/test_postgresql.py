"""PostgreSQL's certificate and the CA change under sessions that stay and logins that never pause."""

import datetime as dt
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.keyring.opening import opened
from deploy.keyring.renewing import renew, retire_ca, rotate_ca, switch_ca
from deploy.keyring.vault import Vault
from tests.contract.certificates import Pair
from tests.contract.keyring.conftest import Site, made_site
from tests.contract.probes.postgres_server import Find, Postgres, folder
from tests.waiting import until

NOW = dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Logins:
    """New sessions without a pause, each of which demands the server's proof."""

    dsn: str
    count: int = 0
    refused: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                psycopg.connect(self.dsn).close()
                self.count += 1
            except psycopg.OperationalError as error:
                self.refused.append(str(error))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join()


def test_no_login_is_refused_while_certificate_and_ca_change(
    require: Find, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """With a reload alone; a session that was there before is still there afterwards."""
    require("initdb")
    site, trusted = made_site(tmp_path / "keys", NOW), tmp_path / "ca.pem"
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.create()
        _lay(site, server, trusted)
        server.start()
        logins = Logins(
            f"host=127.0.0.1 port={server.port} user=postgres dbname=postgres "
            f"sslmode=verify-full sslrootcert={trusted}"
        )
        try:
            with psycopg.connect(logins.dsn) as session, logins.going_on():
                for step in _steps(site):
                    with opened(site.folder) as vault:
                        list(step(vault) or ())
                    _lay(site, server, trusted)
                    before = logins.count  # what was under way may know the former step only
                    until(lambda before=before: logins.count > before + 5, seconds=30)  # type: ignore[misc]
                secure = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
                assert session.execute(secure).fetchone() == (True,)
        finally:
            server.stop()
    assert logins.refused == []
    measured(f"keys: {logins.count} logins to PostgreSQL, none refused, while the CA rotated")


def _lay(site: Site, server: Postgres, trusted: Path) -> None:
    """Files of the machine, then a reload; and what clients trust."""
    own = site.keyring.certificate("pg1", "postgresql")
    whole = trusted.with_name("own.pem")
    whole.touch(mode=0o600)
    whole.write_text(own.cert + own.key)
    part = trusted.with_suffix(".part")
    part.write_text(site.keyring.ca())
    part.replace(trusted)
    server.secure(Pair(cert=whole, key=whole), ca=trusted)
    if server.process is not None:
        server.process.send_signal(signal.SIGHUP)


def _steps(site: Site) -> tuple[Callable[[Vault], Iterable[str] | None], ...]:
    return (
        lambda v: renew(v, site.asked.leaves, NOW, days=90),
        lambda v: rotate_ca(v, site.asked, NOW),
        lambda v: switch_ca(v, site.asked, NOW),
        lambda v: retire_ca(v, site.asked),
    )
