import json
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.cli.exits import Fault
from deploy.cli.rewriting import rewrite
from deploy.keyring import Keyring
from tests.unit.deploy.keyring.sites import SITE, files


@dataclass(frozen=True, slots=True)
class Site:
    """An inventory without one public half, and a terminal."""

    file: Path

    @property
    def folder(self) -> Path:
        return self.file.parent / "keys"

    def keys(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["keys", *words, "--inventory", str(self.file)])


def written(folder: Path) -> Site:
    site = Site(folder / "inventory.toml")
    site.file.write_text(SITE)
    site.file.chmod(0o640)
    return site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return written(tmp_path)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Everything made and written: copied by whoever needs it, for it takes a while."""
    site = written(tmp_path_factory.mktemp("first"))
    assert site.keys("make", "--write").exit_code == 0
    return site


@pytest.fixture
def whole(first: Site, tmp_path: Path) -> Site:
    shutil.copytree(first.file.parent, tmp_path, dirs_exist_ok=True)
    return Site(tmp_path / "inventory.toml")


def private_parts(site: Site) -> list[str]:
    """Every line of a private file that nobody may see."""
    private = [p for p in site.folder.rglob("*") if p.suffix not in {".pub", ".pem"}]
    private += list((site.folder / "senders").glob("*.pem"))
    lines = [line for p in private if p.is_file() for line in p.read_text().splitlines()]
    return [line for line in lines if len(line) > 15 and not line.startswith(("-----", "#"))]


def test_what_the_inventory_lacks_is_printed_as_toml(site: Site) -> None:
    """The file is not touched."""
    seen = site.keys("make")
    assert seen.exit_code == 0
    assert site.file.read_text() == SITE
    public = Keyring(site.folder).sender("pg1").public
    assert f'[senders.pg1]\nclusters = ["shop"]\nkeys = ["{public}"]\n' in seen.stdout
    assert "lacks these public halves; add them, or run `pgbaton keys make --write`" in seen.stderr


def test_written_the_inventory_is_whole_and_keeps_its_mode(whole: Site) -> None:
    """`pgbaton check` takes it; nothing is lacking the next time."""
    assert CliRunner().invoke(main, ["check", str(whole.file)]).exit_code == 0
    assert stat.S_IMODE(whole.file.stat().st_mode) == 0o640
    again = whole.keys("make")
    assert (again.stdout, again.exit_code) == ("", 0)
    assert "nothing was missing" in again.stderr


def test_nothing_private_is_ever_printed(site: Site) -> None:
    """Whatever is made, shown, renewed or rotated."""
    words = [
        *(["make"], ["make", "--write"], ["show"], ["show", "--json"], ["renew", "--all"]),
        *([step, *what] for what in (["ca"], ["ssh", "push"]) for step in ("rotate", "switch", "retire")),
        *([step, "sender", "pg1", *write] for step, write in (("rotate", ["--write"]), ("switch", []), ("retire", ["--write"]))),
    ]  # fmt: skip
    said = ""
    for line in words:
        seen = site.keys(*line)
        assert seen.exit_code == 0, seen.output
        said += seen.output
    secret = private_parts(site)
    assert len(secret) > 30
    assert [line for line in secret if line in said] == []


def test_an_inventory_with_other_mistakes_is_refused_with_all_of_them(site: Site) -> None:
    """And no key is made for it."""
    site.file.write_text(SITE.replace('etcd = "main"', 'etcd = "mian"') + "[nonsense]\n")
    seen = site.keys("make")
    assert seen.exit_code == 78
    assert "clusters.shop.etcd" in seen.stderr
    assert "nonsense" in seen.stderr
    assert not site.folder.exists()


def test_an_inventory_that_is_not_there_is_named(site: Site) -> None:
    """With where it is looked for."""
    site.file.unlink()
    seen = site.keys("make")
    assert seen.exit_code == 78
    assert f"{site.file}: No such file or directory" in seen.stderr


def test_a_folder_that_is_open_to_others_is_refused(site: Site) -> None:
    """By every command, `show` too, with what makes it fit."""
    site.folder.mkdir(mode=0o755)
    for command in ("make", "show", "renew"):
        seen = site.keys(command)
        assert seen.exit_code == 78
        assert f"chmod 700 {site.folder}" in seen.stderr
    assert list(site.folder.iterdir()) == []


def test_another_folder_can_be_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an option, or by a variable."""
    monkeypatch.setenv("PGBATON_KEYS", str(site.file.parent / "variable"))
    assert site.keys("make").exit_code == 0
    assert site.keys("make", "--keys", str(site.file.parent / "option")).exit_code == 0
    names = {p.name for p in site.file.parent.iterdir() if p.is_dir()}
    assert names == {"variable", "option"}


def test_show_has_a_row_for_each_and_exits_with_1_where_one_is_wrong(whole: Site) -> None:
    """Whose, until when, how many days, and what to do."""
    good = whole.keys("show")
    assert good.exit_code == 0
    row = next(line for line in good.stdout.splitlines() if "pg1.patroni" in line)
    assert row.split()[0] == "certificate"
    assert row.split()[3] in {"364", "365"}
    assert row.split()[4] == "ok"
    assert whole.keys("show", "--within", "360").exit_code == 0
    assert whole.keys("show", "--within", "366").exit_code == 1
    (whole.folder / "certificates/pg1.patroni.pem").unlink()
    bad = whole.keys("show")
    assert bad.exit_code == 1
    assert "pgbaton keys make" in bad.stdout
    assert "1 of " in bad.stdout


def test_show_gives_a_document(whole: Site) -> None:
    """For whoever watches it by a script."""
    found = json.loads(whole.keys("show", "--json").stdout)
    one = next(key for key in found["keys"] if key["whose"] == "pg1.patroni")
    assert one["until"].endswith("+00:00")
    assert (one["what"], one["state"]) == ("certificate", "ok")
    assert one["days"] in {364, 365}


def test_renew_takes_what_is_named_or_due_or_all(whole: Site) -> None:
    """Without a word only what is wrong or ends soon."""
    assert "nothing was renewed" in whole.keys("renew").stderr
    named = whole.keys("renew", "pg1.patroni")
    assert "renewed pg1.patroni\nnow push" in named.stderr
    text = whole.file.read_text().replace("10.0.0.22", "10.0.0.29")
    whole.file.write_text(text)
    assert "renewed pg2.patroni\nrenewed pg2.postgresql\nnow" in whole.keys("renew").stderr
    assert whole.keys("renew", "--all").stderr.count("renewed") == 7
    assert whole.keys("renew", "--within", "366").stderr.count("renewed") == 7


def test_renewing_what_nobody_asks_for_names_what_there_is(whole: Site) -> None:
    """Nothing is renewed."""
    before = files(whole.folder)
    seen = whole.keys("renew", "pg1.patroni", "pg9.patroni")
    assert seen.exit_code == 2
    assert "no certificate is called pg9.patroni" in seen.stderr
    assert files(whole.folder) == before


@pytest.mark.parametrize(
    ("kind", "option"), [(["sender", "pg1"], "--write"), (["host", "web1"], "--write")]
)
def test_a_rotation_says_what_is_next_and_ends_where_it_began(
    whole: Site, kind: list[str], option: str
) -> None:
    """The inventory then holds the new public half alone, where the old one was."""
    before = whole.file.read_text()
    words = " ".join(kind)
    rotated = whole.keys("rotate", *kind, option)
    assert f"next: pgbaton push, then pgbaton keys switch {words}" in rotated.stderr
    switched = whole.keys("switch", *kind)
    assert f"next: pgbaton push, then pgbaton keys retire {words}" in switched.stderr
    assert "next: pgbaton push\n" in whole.keys("retire", *kind, option).stderr
    after = whole.file.read_text()
    assert after != before
    assert len(after) == len(before)
    assert whole.keys("show").exit_code == 0


def test_no_key_is_used_that_the_inventory_does_not_hold(whole: Site) -> None:
    """Whoever does not know it would refuse it."""
    assert whole.keys("rotate", "sender", "pg1").exit_code == 0
    seen = whole.keys("switch", "sender", "pg1")
    assert seen.exit_code == 1
    assert "pgbaton keys rotate sender pg1 --write, then push" in seen.stderr


def test_no_key_is_forgotten_that_the_inventory_still_holds(whole: Site) -> None:
    """Else nobody would know that it has to go."""
    for step, write in (("rotate", ["--write"]), ("switch", [])):
        assert whole.keys(step, "sender", "pg1", *write).exit_code == 0
    seen = whole.keys("retire", "sender", "pg1")
    assert seen.exit_code == 1
    assert "take it out, or run this with --write" in seen.stderr


def test_a_host_key_that_is_not_ours_does_not_rotate(whole: Site) -> None:
    """The machine would not learn of the new one."""
    made = Keyring(whole.folder).pins("web1")[0]
    whole.file.write_text(whole.file.read_text().replace(made, "ssh-ed25519 AAAAother"))
    seen = whole.keys("rotate", "host", "web1", "--write")
    assert seen.exit_code == 1
    assert "pins another host key for web1" in seen.stderr
    assert Keyring(whole.folder).pins("web1") == (made,)


@pytest.mark.parametrize(
    "words",
    [["ca", "x"], ["ssh"], ["ssh", "pull"], ["sender"], ["host", "../web1"], ["paper", "x"]],
    ids=" ".join,
)
def test_what_cannot_rotate_is_wrong_usage(whole: Site, words: list[str]) -> None:
    """With what can."""
    seen = whole.keys("rotate", *words)
    assert seen.exit_code == 2
    assert "sender" in seen.stderr


def test_words_that_somebody_wrote_meanwhile_are_not_lost(tmp_path: Path) -> None:
    """Nothing is written over them, and nothing is left beside them."""
    file = tmp_path / "inventory.toml"
    file.write_text("theirs")
    with pytest.raises(Fault, match="was changed meanwhile"):
        rewrite(file, before="ours", text="new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["theirs"]
    rewrite(file, before="theirs", text="new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["new"]


def test_a_broken_public_half_does_not_reach_the_inventory(whole: Site) -> None:
    """The file that everything starts from stays as it was, and the key is named."""
    before = whole.file.read_text()
    (whole.folder / "senders/pg1.pub").write_text("whpk_cut\n")
    seen = whole.keys("make", "--write")
    assert seen.exit_code == 78
    assert "senders.pg1.keys" in seen.stderr
    assert whole.file.read_text() == before


def test_a_folder_that_is_none_is_refused(site: Site) -> None:
    """A file, or a link that leads nowhere: by name, and before anything is made."""
    site.folder.symlink_to(site.file.parent / "gone")
    for command in ("make", "show"):
        seen = site.keys(command)
        assert (seen.exit_code, f"{site.folder} is no folder" in seen.stderr) == (78, True)
    assert not (site.file.parent / "gone").exists()
