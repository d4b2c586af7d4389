"""A push over a real SSH connection: files whole, units told once, nothing done twice."""

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.push import tell
from deploy.push.request import putting
from tests.contract.push.bench import Bench, blueprint

WEB = Unit(name="web.service", class_="host")
CONF = "/etc/pushed/web.conf"


def conf(text: str, how: str = "restart", **more: object) -> RenderedFile:
    notice = Notice(unit=WEB.name, how=how)  # type: ignore[arg-type]
    return RenderedFile(path=CONF, text=text, notices=(notice,), **more)  # type: ignore[arg-type]


def test_from_nothing_to_its_blueprint(bench: Bench) -> None:
    """Files stand with owner, group and mode, the unit is enabled and started once; a second look finds nothing."""
    wanted = blueprint(conf("a\n", owner="shop", group="shop", mode=0o640), units=(WEB,))
    assert bench.push(wanted).whole
    path = bench.at(CONF)
    assert (path.read_text(), path.stat().st_mode & 0o7777, path.stat().st_uid) == (
        "a\n",
        0o640,
        4002,
    )
    assert bench.log() == ["enable web.service", "reset-failed web.service", "start web.service"]
    assert not bench.look(wanted).steps, [tell(s) for s in bench.look(wanted).steps]


def test_a_restart_that_is_owed_stays_one(bench: Bench) -> None:
    """A push that was cut before a restart, and the next one's file asks for a reload alone: it restarts."""
    bench.push(blueprint(conf("a\n"), units=(WEB,)))
    crew = bench.crew(blueprint(conf("b\n"), units=(WEB,)))
    try:
        for how in ("restart", "reload"):
            request = putting([conf(f"{how}\n", how)])
            assert crew.links["one"].ask("put", request, timeout=10) == b"done\n"
    finally:
        crew.close()
    before = len(bench.log())
    assert bench.push(blueprint(conf("reload\n", "reload"), units=(WEB,))).whole
    assert bench.log()[before:] == ["reset-failed web.service", "restart web.service"]


def test_only_what_changed(bench: Bench) -> None:
    """Another content restarts the unit once, a notice that asks for a reload reloads it, and the same does nothing."""
    bench.push(blueprint(conf("a\n"), units=(WEB,)))
    before = len(bench.log())
    assert bench.push(blueprint(conf("b\n"), units=(WEB,))).whole
    assert bench.push(blueprint(conf("c\n", "reload"), units=(WEB,))).whole
    assert bench.push(blueprint(conf("c\n", "reload"), units=(WEB,))).whole
    assert bench.log()[before:] == [
        "reset-failed web.service",
        "restart web.service",
        "reload web.service",
    ]
    assert bench.at(CONF).read_text() == "c\n"
