"""Which jobs a step offers to RQ: fresh ids for every attempt, so that taking one back harms none."""

from __future__ import annotations

from collections.abc import Mapping

from jobs import names
from jobs.state import Assignment, dump
from workers.redis.enqueue import Offer

Own = Mapping[str, object]
Offered = tuple[list[Offer], dict[str, object]]
"""The jobs, in the order in which RQ pushes them, and what the script is told of them."""


def response(cluster: str, own: Own) -> Offered:
    """A respond. A flight's id is its job's own."""
    offer = _in_flight(names.RESPOND, {"cluster": cluster, **own})
    return [offer], {"respond": offer.id}


def conclusion(cluster: str, own: Own) -> Offered:
    """A conclude."""
    offer = _in_flight(names.CONCLUDE, {"cluster": cluster, **own})
    return [offer], {"conclude": offer.id}


def handed_out(
    cluster: str,
    own: Own,
    assign: Mapping[str, Assignment],
    *,
    conclude: bool,
    attempt: int,
) -> Offered:
    """One job for each distinct id of the assignments, by the kind of its targets, and a conclude
    where asked for."""
    offers: list[Offer] = []
    handed: list[dict[str, object]] = []
    for job in dict.fromkeys(given.job for given in assign.values()):
        hosts = [host for host, given in assign.items() if given.job == job]
        kwargs = {"cluster": cluster, "job": job, "hosts": hosts, **own}
        function = names.job_for(hosts[0])
        offers.append(Offer(id=_fresh(job, attempt), function=function, kwargs=kwargs))
        pairs = [{"host": host, "text": dump(assign[host])} for host in hosts]
        handed.append({"id": job, "offer": offers[-1].id, "hosts": pairs})
    if not conclude:
        return offers, {"handed": handed}
    last, told = conclusion(cluster, own)
    return [*offers, *last], {"handed": handed, **told}


def pushed_back(function: str, arguments: Own, *, attempt: int) -> Offered:
    """A job as it was, for another worker."""
    if function in {names.RESPOND, names.CONCLUDE}:
        offer = _in_flight(function, arguments)
        return [offer], {"respond" if function == names.RESPOND else "conclude": offer.id}
    job = arguments.get("job")
    fresh = names.job_id(function, str(arguments.get("cluster", "")))
    id_ = _fresh(str(job), attempt) if job else fresh
    return [Offer(id=id_, function=function, kwargs=arguments)], {}


def _in_flight(function: str, kwargs: Own) -> Offer:
    id_ = names.job_id(function, str(kwargs["cluster"]))
    return Offer(id=id_, function=function, kwargs={**kwargs, "flight": id_})


def _fresh(job: str, attempt: int) -> str:
    """The assignment's own id at first: `waiting` knows a repeated one by its ending."""
    return f"{job}_again{attempt}" if attempt else job
