import json

from jobs.audit import Draft, Kind
from tests.unit.deploy.cli.desk import BusyClock, Operator


def _tells(ann: Operator, count: int) -> None:
    """`count` more alarms, one second each."""
    begin = len(list(ann.world.ledger.entries("shop")))
    for number in range(begin + 1, begin + count + 1):
        ann.world.clock.pass_by(1)
        alarm = {"reason": f"alarm {number}", "remedy": ""}
        ann.world.ledger.append("shop", [Draft(id=str(number), kind=Kind.ALARM, evidence=alarm)])


def _said(out: str) -> list[int]:
    return [int(line.rpartition(" ")[2]) for line in out.splitlines()]


def test_begins_with_the_newest(ann: Operator) -> None:
    """The last ten, or as many as asked for, in order, whatever the trail's length."""
    for length in (0, 1, 5, 32):
        _tells(ann, length - len(list(ann.world.ledger.entries("shop"))))
        newest = list(range(1, length + 1))
        assert _said(ann.types("tail", "--no-follow").stdout) == newest[-10:]
        assert _said(ann.types("tail", "shop", "--no-follow", "-n", "3").stdout) == newest[-3:]
    assert ann.types("tail", "--no-follow", "-n", "0").stdout == ""


def test_since_goes_back_in_time(ann: Operator) -> None:
    """--since takes a span, and everything from then on is told, more than ten entries too."""
    _tells(ann, 30)
    assert _said(ann.types("tail", "--no-follow", "--since", "20s").stdout) == list(range(10, 31))
    assert ann.types("tail", "--since", "yesterday").exit_code == 2


def test_follows_until_interrupted(ann: Operator) -> None:
    """What comes later is told once, through an outage of Redis; Ctrl-C ends with 130."""
    _tells(ann, 2)
    ledger, steps = ann.world.ledger, iter(range(10))

    def meanwhile() -> None:
        match next(steps):
            case 0:
                _tells(ann, 2)
            case 1:
                ledger.break_down()
            case 4:
                ledger.recover()
                _tells(ann, 1)
            case 6:
                raise KeyboardInterrupt
            case _:
                pass

    ann.desk.clock = BusyClock(ann.world.clock, meanwhile)
    seen = ann.types("tail", "shop")
    assert (seen.exit_code, _said(seen.stdout)) == (130, [1, 2, 3, 4, 5])
    assert seen.stderr == "pgbaton: Redis cannot be reached; waiting for it\n"


def test_json_lines_can_be_parsed_one_by_one(ann: Operator) -> None:
    """Each line is one document that names cluster, number, hash, kind and sentence."""
    _tells(ann, 2)
    lines = ann.types("tail", "--no-follow", "--json").stdout.splitlines()
    told = [json.loads(line) for line in lines]
    heads = [entry.hash for entry in ann.world.ledger.entries("shop")]
    assert [(t["cluster"], t["seq"], t["text"]) for t in told] == [
        ("shop", 1, "alarm 1"),
        ("shop", 2, "alarm 2"),
    ]
    assert [t["hash"] for t in told] == heads


def test_an_entry_nobody_can_read_hides_no_other(ann: Operator) -> None:
    """A broken entry is told as broken, and the next one follows."""
    ann.world.ledger.append("shop", [Draft(id="x", kind=Kind.HOST, evidence={})])
    _tells(ann, 1)
    out = ann.types("tail", "--no-follow").stdout
    assert "entry 1 cannot be read" in out
    assert "alarm 2" in out


def test_foreign_text_cannot_steer_a_terminal(ann: Operator) -> None:
    """Control characters in evidence are written out."""
    evil = {"reason": "x\x1b]0;owned\x07\x9b2J\u202ey", "remedy": ""}
    ann.world.ledger.append("shop", [Draft(id="x", kind=Kind.ALARM, evidence=evil)])
    out = ann.types("tail", "--no-follow").stdout
    assert not set("\x1b\x07\x9b\u202e") & set(out)
    assert "\\x1b]0;owned\\x07" in out
