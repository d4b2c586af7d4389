import gzip
import io
import tarfile
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.program import program
from deploy.program.archive import packed, tarred
from tests.parts import ROOT
from tests.unit.deploy.program.cut import CUT, WHOLE, cut


def members() -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(program().archive))) as tar:
        return tar.getmembers()


def test_the_same_contents_give_the_same_bytes() -> None:
    """Neither the order of the files nor the hour is in the archive."""
    one, other = {"a": b"1", "b": b"2"}, {"b": b"2", "a": b"1"}
    assert packed(tarred(one)) == packed(tarred(other))
    assert packed(tarred(one))[4:8] == bytes(4), "the hour in gzip's own header"
    assert tarred(one) != tarred({"a": b"1", "b": b"3"})


def test_every_member_is_roots_and_nobody_elses_to_write() -> None:
    """Dates are zero, modes are 0644, names stand in order."""
    found = members()
    assert {(m.uid, m.gid, m.mode, m.mtime) for m in found} == {(0, 0, 0o644, 0)}
    assert [m.name for m in found] == sorted(m.name for m in found)


def test_the_program_holds_all_four_packages_and_their_data() -> None:
    """Python, shell, Lua and templates are in, and a record that tells the version."""
    names = {member.name for member in members()}
    assert names >= {
        "requirements.lock",
        "code/webhook/wsgi.py",
        "code/jobs/respond.py",
        "code/workers/toolbox.py",
        "code/deploy/cli/command.py",
        "code/deploy/remote/parts/swap.sh",
        "code/deploy/render/templates/etcd.yml.j2",
        "code/deploy/program/install.sh",
    }
    assert any(name.startswith("code/workers/redis/lua/") for name in names)
    assert any(name.endswith(".dist-info/METADATA") for name in names)


def test_the_program_leaves_out_what_no_machine_needs() -> None:
    """No lab, no set-up, no tests, no caches and nothing that an editor left."""
    wrong = ("code/deploy/lab/", "code/deploy/setup/", "code/tests/")
    for name in (member.name for member in members()):
        assert not name.startswith(wrong)
        assert "__pycache__" not in name
        assert not name.endswith((".pyc", "~", ".orig", ".swp"))


def test_the_machines_lock_is_what_ours_says() -> None:
    """It is cut anew after each locking (python -m tests.unit.deploy.program.cut), and hashes stay."""
    assert CUT.read_text() == cut()
    assert all(line in WHOLE.read_text() for line in CUT.read_text().splitlines())


def test_the_machines_lock_holds_what_runs_and_nothing_that_tests() -> None:
    """All that pyproject asks for is in, with setuptools that builds; pytest and mypy are not."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = {canonicalize_name(Requirement(one).name) for one in asked} | {"setuptools"}
    locked = {line.partition("==")[0] for line in CUT.read_text().splitlines() if "==" in line}
    assert wanted <= locked
    assert not {"pytest", "mypy", "ruff", "hatchling", "editables", "playwright"} & locked
