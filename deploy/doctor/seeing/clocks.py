"""Asks whoever answers anyway what time it is there: HTTP's Date, and Redis' own TIME."""

from __future__ import annotations

import time

from redis import Redis
from redis.exceptions import RedisError

from deploy.doctor.evidence import Unseen
from deploy.doctor.seeing.asking import Answer, ask
from deploy.doctor.subjects.clocks import Clockless, Skew
from workers.tls import Tls

SECOND = 1.0
"""As exact as HTTP's Date is: it names the second that has begun."""
HALF = 0.5


def see_date(place: str, url: str, tls: Tls | None = None) -> Skew | Clockless:
    """By the Date of an answer, whatever it answers."""
    found = ask(url, tls=tls)
    if not isinstance(found, Answer):
        return Clockless(place=place, unseen=found)
    if found.date is None:
        unseen = Unseen(reason="its answer has no Date", remedy="see what answers there")
        return Clockless(place=place, unseen=unseen)
    return Skew(place=place, seconds=found.date + HALF - found.at, exact=SECOND)


def see_redis_clock(client: Redis) -> Skew | Clockless:
    """By TIME; never raises."""
    began = time.time()
    try:
        seconds, micros = client.time()
    except (RedisError, OSError) as error:
        unseen = Unseen(reason=str(error), remedy="see redis")
        return Clockless(place="redis", unseen=unseen)
    here = (began + time.time()) / 2
    return Skew(place="Redis' TIME", seconds=seconds + micros / 1e6 - here)
