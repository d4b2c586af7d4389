import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.sharing import Shared


def test_nobody_hears_a_look_that_began_before_it_asked() -> None:
    """Three who ask during a look share the next one."""
    shared, numbers = Shared(nobody=0), iter(range(1, 10))
    begun, go = threading.Event(), threading.Event()

    def look() -> int:
        number = next(numbers)
        begun.set()
        assert go.wait(20)
        return number

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(shared.ask, look, timeout=20)
        assert begun.wait(20)
        others = [pool.submit(shared.ask, look, timeout=20) for _ in range(3)]
        until_waiting(shared, 3)
        go.set()
        assert first.result(20) == 1
        assert [other.result(20) for other in others] == [2, 2, 2]
    assert shared.ask(look, timeout=20) == 3


def test_who_waited_in_vain_hears_nothing_old() -> None:
    """The look before it hangs: its own time ends, not that of the other."""
    shared, begun, go = Shared(nobody="nobody"), threading.Event(), threading.Event()

    def hang() -> str:
        begun.set()
        assert go.wait(20)
        return "late"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shared.ask, hang, timeout=20)
        assert begun.wait(20)
        assert shared.ask(lambda: "never", timeout=0.05) == "nobody"
        go.set()
        assert first.result(20) == "late"
    assert shared.ask(lambda: "new", timeout=1) == "new"


def test_a_look_that_fails_fails_for_one_alone() -> None:
    """Who waits does a look of its own."""
    shared = Shared(nobody="nobody")

    def fail() -> str:
        raise OSError

    with pytest.raises(OSError):
        shared.ask(fail, timeout=1)
    assert shared.ask(lambda: "well", timeout=1) == "well"


def test_many_who_ask_at_once_do_few_looks() -> None:
    """Twenty-five hosts: one look, and one for all who came during it."""
    shared, looks, together = Shared(nobody=0), list[int](), threading.Barrier(25)

    def look() -> int:
        looks.append(1)
        if len(looks) == 1:
            until_waiting(shared, 24)
        return len(looks)

    def ask(_: int) -> int:
        together.wait(20)
        return shared.ask(look, timeout=20)

    with ThreadPoolExecutor(25) as pool:
        assert all(pool.map(ask, range(25)))
    assert len(looks) == 2


def until_waiting(shared: Shared[int], count: int) -> None:
    """Until so many wait for a look that another one does."""
    end = time.monotonic() + 20
    while len(vars(shared._changed)["_waiters"]) < count:
        assert time.monotonic() < end
        time.sleep(0.001)
