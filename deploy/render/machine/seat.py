"""The command `pgbaton` as an operator types it at night, on the machines that are inside and hold the secrets."""

from __future__ import annotations

from deploy.blueprint import RenderedFile
from deploy.render.jinja import render
from deploy.render.machine.processes import INVENTORY, PROGRAMS, SECRETS
from deploy.render.machine.scene import NOTHING, Scene, Share
from deploy.site import Placed

COMMAND = "/usr/local/bin/pgbaton"


def seat(scene: Scene, here: Placed) -> Share:  # noqa: ARG001 - every part is asked alike
    """Nothing where none of pgbaton's own processes runs. It holds no secret: root alone reads those it names."""
    if not here.ours:
        return NOTHING
    text = render("pgbaton.sh.j2", inventory=INVENTORY, secrets=SECRETS, programs=PROGRAMS)
    return Share(files=(RenderedFile(path=COMMAND, text=text, mode=0o755),))
