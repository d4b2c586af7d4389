from deploy.doctor.subjects.machines import HookSeen, LaravelSeen, ServiceSeen, read_look

LOOK = """\
clock\t1000.5
uid\t0
remote.sum\taa
list.sum\tbb
hook.sum\tcc
patroni.config\t/etc/patroni/config.yml
callbacks\ton_role_change on_start
hook.check\t0 fine: pg1 tells of pg1
hook.ping\t1 401 https://10.0.0.9/events no
hook.timer\tactive
watchdog\tusable
service\tphp8.2-fpm loaded active enabled
service\tgone not-found inactive not-found
service\tidle loaded inactive disabled
laravel\t/srv/shop
laravel.connection\t/srv/shop pgsql
laravel.cached\t/srv/shop newer
laravel.effective\t/srv/shop pgsql 10.0.0.1 5432
laravel.runs\t/srv/shop queue queue.service
laravel.runs\t/srv/shop octane -
laravel\t/srv/old
laravel.connection\t/srv/old -
laravel.cached\t/srv/old none
laravel.effective\t/srv/old -
end\there
"""


def test_a_look_becomes_values() -> None:
    """Every line has its place; the clock is told against ours."""
    seen = read_look(LOOK, at=1000.0)
    assert seen is not None
    assert (seen.skew, seen.root, seen.remote, seen.permitted) == (0.5, True, "aa", "bb")
    assert seen.hook == HookSeen(
        sum="cc",
        callbacks=frozenset({"on_role_change", "on_start"}),
        check=(0, "fine: pg1 tells of pg1"),
        ping=(1, "401 https://10.0.0.9/events no"),
        timer="active",
        watchdog="usable",
    )
    assert seen.services["php8.2-fpm"] == ServiceSeen(
        name="php8.2-fpm", there=True, active=True, enabled=True
    )
    assert not seen.services["gone"].there
    assert not seen.services["idle"].active
    assert seen.laravels == (
        LaravelSeen(
            folder="/srv/shop",
            connection="pgsql",
            cached="newer",
            effective=("pgsql", "10.0.0.1", "5432"),
            runs=(("queue", "queue.service"), ("octane", "-")),
        ),
        LaravelSeen(folder="/srv/old"),
    )


def test_half_a_look_is_none() -> None:
    """What was cut off says nothing: a missing line must not pass for a missing hook."""
    assert read_look(LOOK.removesuffix("end\there\n"), at=0) is None
    assert read_look("", at=0) is None
