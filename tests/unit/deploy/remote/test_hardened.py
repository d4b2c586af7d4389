"""Hardened mode's three files, as they are written to a host."""

from deploy.remote.hardened import Permitted, PermittedFile, authorized_key, remote_list, sudoers
from jobs.inventory import Address
from jobs.remote import ServiceRef


def test_the_list_says_everything_in_single_words() -> None:
    """One line a permission; odd characters are quoted as on the wire."""
    permitted = Permitted(
        cluster="shop",
        roots=("/srv/my shop/",),
        files=(
            PermittedFile(
                path="/srv/my shop/.env", format="dotenv", values={"DB_HOST": ("10.0.0.1", "db-?")}
            ),
        ),
        leaders=(Address(host="fd00::1"),),
        services=(ServiceRef(name="php8.2-fpm", manager="systemd"),),
        after=("php artisan config:cache",),
        checks=("true",),
    )
    assert remote_list([permitted]).splitlines() == [
        "pgbaton-list 1",
        "cluster shop",
        r"root /srv/my\0040shop",
        "leader fd00::1 5432",
        "service systemd:php8.2-fpm",
        r"after php\0040artisan\0040config:cache",
        "check true",
        r"file /srv/my\0040shop/.env dotenv",
        r"key DB_HOST 10.0.0.1 db-\0077",
    ]


def test_sudo_allows_the_script_alone() -> None:
    """One command, no argument, and the one variable that carries the verb."""
    text = sudoers("pgbaton")
    assert 'pgbaton ALL=(root) NOPASSWD: /usr/local/sbin/pgbaton-remote ""\n' in text
    assert "SSH_ORIGINAL_COMMAND" in text
    assert "ALL=(ALL" not in text


def test_the_key_opens_nothing_else() -> None:
    """No shell, no tunnel, no terminal."""
    line = authorized_key("ssh-ed25519 AAAA pgbaton\n")
    assert (
        line
        == 'restrict,command="sudo -n /usr/local/sbin/pgbaton-remote" ssh-ed25519 AAAA pgbaton\n'
    )
