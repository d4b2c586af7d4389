from deploy.doctor.subjects.journals import judge_journals


def test_none_is_green() -> None:
    """Nothing waits, nothing is said but that."""
    assert judge_journals([]).colour == "green"


def test_who_waits_is_named_with_the_command() -> None:
    """Three files by name, the others by number, and one command for all."""
    seen = judge_journals([f"/j/{n}.jsonl" for n in range(5)])
    [finding] = seen.findings
    assert seen.colour == "amber"
    assert "/j/2.jsonl and 2 more wait" in finding.what
    assert finding.remedy == "pgbaton audit import"
