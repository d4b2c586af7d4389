"""`pgbaton init`: an inventory that can be used, keys for it, and nothing that was there is touched."""

from __future__ import annotations

import resource
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.cli.init.answers import adopted, whole
from deploy.cli.init.asking import Terminal
from deploy.outline import Adopted, Whole
from jobs.inventory import Inventory, load_inventory
from tests.parts import ROOT

NONE = dict.fromkeys(
    (
        *("cluster", "preset", "hosts", "databases", "etcd", "controls", "balancer", "ttl"),
        *("region", "prefix", "subnet", "operators", "slack", "endpoints", "scope", "namespace"),
        *("members", "host_machines", "control_machines", "known_hosts"),
    )
)
ADOPT = (
    *("--adopt", "--endpoints", "http://10.0.0.11:2379", "--scope", "shop", "--members"),
    *("pg1=10.0.0.21,pg2=10.0.0.22", "--host-machines", "web1=10.0.0.51"),
    *("--control-machines", "control1=10.0.0.5"),
)


def types(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inventory.toml"


def test_the_usual_answers_pass_check_and_render(file: Path) -> None:
    """The way that most people go: init, a token, check, render."""
    seen = types("init", str(file), "--yes", "--operators", "203.0.113.7")
    assert seen.exit_code == 0, seen.output
    assert isinstance(load_inventory(file.read_text()), Inventory)
    keys = file.parent / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    (keys / "secrets" / "linode-token").write_text("x")
    checked = types("check", str(file), "--strict")
    assert checked.exit_code == 0, checked.output
    rendered = CliRunner(env={"PGBATON_INVENTORY": str(file)}).invoke(
        main, ["render", str(file.parent / "out")]
    )
    assert rendered.exit_code == 0, rendered.output
    assert (file.parent / "out/pg1/etc/patroni").is_dir()


def test_no_private_half_is_printed_or_written_down(file: Path) -> None:
    """Neither on the terminal nor in the inventory."""
    seen = types("init", str(file), "--yes")
    keys = file.parent / "keys"
    private = [p.read_text().strip() for p in keys.rglob("*") if p.is_file() and p.suffix == ""]
    told = seen.output + file.read_text()
    assert private
    assert not [text for text in private if len(text) > 12 and text in told]


def test_what_is_there_is_never_touched(file: Path) -> None:
    """Neither a file, nor what a link points at, nor a key."""
    file.write_text("mine")
    seen = types("init", str(file), "--yes")
    assert (seen.exit_code, file.read_text()) == (1, "mine")
    assert not (file.parent / "keys").exists()
    link = file.parent / "link.toml"
    link.symlink_to(file.parent / "nowhere")
    assert types("init", str(link), "--yes").exit_code == 1
    first, second = file.parent / "a.toml", file.parent / "b.toml"
    types("init", str(first), "--yes")
    before = {p: p.read_bytes() for p in (file.parent / "keys").rglob("*") if p.is_file()}
    assert types("init", str(second), "--yes").exit_code == 0
    assert {p: p.read_bytes() for p in before} == before
    assert first.read_text() == second.read_text()


def test_a_run_that_cannot_end_leaves_no_half_inventory(file: Path) -> None:
    """No room for it: neither the file nor a part of it is there, and the next run uses the same keys."""
    command = [
        sys.executable,
        "-c",
        "from deploy.cli import main; main()",
        "init",
        str(file),
        "--yes",
    ]

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    cut = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=50, preexec_fn=small
    )
    assert cut.returncode == 69, cut.stderr
    assert "cannot write" in cut.stderr
    assert [p.name for p in file.parent.iterdir()] == ["keys"]
    ca = (file.parent / "keys" / "ca.pem").read_bytes()
    assert types("init", str(file), "--yes").exit_code == 0
    assert (file.parent / "keys" / "ca.pem").read_bytes() == ca


def test_an_open_folder_of_keys_is_refused(file: Path) -> None:
    """Before anything is written."""
    keys = file.parent / "keys"
    keys.mkdir(mode=0o755)
    keys.chmod(0o755)
    seen = types("init", str(file), "--yes")
    assert seen.exit_code == 78
    assert list(keys.iterdir()) == []
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--hosts", "0"), "--hosts: '0' is no number from 1 to 100"),
        (("--etcd", "4"), "--etcd: 4 bear no more losses than 3"),
        (("--databases", "1"), "--databases: '1' is no number from 2"),
        (("--compact", "--databases", "4"), "--databases: 4 bear no more losses than 3"),
        (("--compact", "--etcd", "3"), "--etcd decides nothing with --compact"),
        (("--ttl", "19"), "--ttl: '19' is no number from 20"),
        (("--subnet", "10.0.0.1/24"), "--subnet: 10.0.0.1/24 has host bits set"),
        (("--subnet", "10.0.0.0/29"), "has 4 addresses, and 9 machines need one"),
        (("--subnet", "192.0.2.0/24"), "provision.subnet: 192.0.2.0/24 is not private"),
        (("--operators", "home"), "--operators: 'home' does not appear to be"),
        (("--preset", "cobol"), "--preset: 'cobol' is none of laravel"),
        (("--preset", "django"), "--set service=… is missing"),
        (("--set", "color=red"), "laravel has no such parameter"),
        (("--set", "path"), "--set path says nothing"),
        (("--set", "path=srv"), "applications.shop.path: must be an absolute path"),
        (("--cluster", "a b"), "--cluster: 'a b' is no name"),
        (("--slack", "#alerts"), "--slack: '#alerts' is no channel's id"),
        (("--scope", "x"), "--scope decides nothing without --adopt"),
        ((*ADOPT, "--ttl", "30"), "--ttl decides nothing with --adopt"),
        ((*ADOPT, "--compact"), "--compact decides nothing with --adopt"),
        ((*ADOPT, "--members", "pg1"), "--members: 'pg1': write each machine once"),
        ((*ADOPT, "--members", "a=1.1.1.1,a=1.1.1.2"), "write each machine once"),
        ((*ADOPT, "--control-machines", "a=10.0.0.5,b=10.0.0.5"), "10.0.0.5 is a's address already"),
        ((*ADOPT, "--known-hosts", "/nowhere/file"), "No such file"),
        (("--adopt",), "--endpoints is missing"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_refused(
    file: Path, words: tuple[str, ...], said: str
) -> None:
    """With the option's name and what to write; neither a file nor a key is made."""
    seen = types("init", str(file), "--yes", *words)
    assert seen.exit_code == 2, seen.output
    assert said in seen.stderr
    assert list(file.parent.iterdir()) == []


def test_without_a_terminal_nobody_is_asked(file: Path) -> None:
    """A script says --yes."""
    seen = types("init", str(file))
    assert seen.exit_code == 2
    assert "say --yes" in seen.stderr


def test_around_a_cluster_of_others_the_rest_passes_check(file: Path) -> None:
    """With the hosts' keys at hand nothing is left to complete."""
    known = file.parent / "known"
    key = load_key(file.parent)
    known.write_text(f"10.0.0.51 {key}\n[10.0.0.5]:22 {key}\n")
    seen = types("init", str(file), "--yes", *ADOPT, "--known-hosts", str(known))
    assert seen.exit_code == 0, seen.output
    assert "complete the tables" not in seen.output
    assert types("check", str(file), "--strict").exit_code == 0
    loaded = load_inventory(file.read_text())
    assert isinstance(loaded, Inventory)
    assert loaded.hosts["web1"].host_keys == (key,)
    assert loaded.machines["control1"].host_keys == (key,)


def load_key(folder: Path) -> str:
    """A public SSH key, as a machine would show it."""
    made = folder / "other.toml"
    types("init", str(made), "--yes", "--keys", str(folder / "others"))
    loaded = load_inventory(made.read_text())
    assert isinstance(loaded, Inventory)
    return loaded.hosts["web1"].host_keys[0]


def asked(compact: bool, *answers: str) -> tuple[Whole, str]:  # noqa: FBT001 - the one thing that differs
    told: list[Whole] = []

    @click.command()
    def run() -> None:
        told.append(whole(Terminal(), NONE, (), compact=compact))

    seen = CliRunner().invoke(run, input="\n".join(answers) + "\n")
    assert seen.exit_code == 0, seen.output
    return told[0], seen.stderr


def test_a_person_is_asked_until_the_answer_can_be_used() -> None:
    """A wrong answer is told and asked again; an empty one is what is usual."""
    answers = ("", "", "", "3", "1", "2", "4", "5", "1", "maybe", "no", "", "us-east", "", "", "")
    told, shown = asked(False, *answers)  # noqa: FBT003
    assert told == Whole(hosts=3, databases=2, etcd=5, balancer=False, region="us-east")
    assert "'1' is no number from 2 to 20" in shown
    assert "4 bear no more losses than 3" in shown
    assert "answer yes or no" in shown


def test_who_has_etcd_on_the_database_machines_is_not_asked_for_others() -> None:
    """But for an odd number of them."""
    told, shown = asked(True, *[""] * 4, "4", "3", *[""] * 7)  # noqa: FBT003
    assert told == Whole(compact=True, etcd=0)
    assert "4 bear no more losses than 3" in shown


def test_a_person_with_a_cluster_is_asked_where_it_is() -> None:
    """Endpoints, scope, namespace, members, machines."""
    told: list[Adopted] = []

    @click.command()
    def run() -> None:
        told.append(adopted(Terminal(), NONE, ()))

    answers = ["db", "http://10.0.0.11:2379", "s", "", "a=10.0.0.1", "c=10.0.0.5", "w=10.0.0.9"]
    seen = CliRunner().invoke(run, input="\n".join([*answers, *[""] * 5]) + "\n")
    assert seen.exit_code == 0, seen.output
    assert told[0].members == {"a": "10.0.0.1"}
    assert told[0].kind.said == {"path": "/var/www/db"}
