"""What must hold once the disaster is over: the lost machine boots again and follows, by its own units alone."""

from __future__ import annotations

import time
from functools import partial

from deploy.lab import patroni
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.stage import Stage
from deploy.lab.machines.booted import Booted
from deploy.lab.machines.booting import boot
from deploy.lab.machines.closed import closed
from deploy.lab.machines.drift import nothing_to_change, set_right
from deploy.lab.machines.rise import answering
from deploy.lab.process import wait_until


def afterwards(stage: Stage, booted: Booted) -> tuple[Checked, ...]:
    """The lost members return, push finds nothing to change and sets right what is, and no door is open."""
    lab = stage.lab
    lost = [name for name, machine in lab.machines.items() if machine.shell.poll() is not None]
    returned = [_returned(stage, booted, name) for name in lost]
    return (
        *returned,
        nothing_to_change(lab, booted.site),
        set_right(lab, booted.site),
        closed(booted.site, stage.leader().address, lab.secrets.shop),
    )


def _returned(stage: Stage, booted: Booted, name: str) -> Checked:
    lab, began = stage.lab, time.monotonic()
    stage.screen.say(f"{name} boots again with the disk it had", style="yellow")
    [machine] = boot([lab.machines[name].plan], booted.image, lab.switch.join)
    lab.machines[name] = machine
    leading = stage.leader().member
    follows = partial(patroni.follows, name, leading, lab.footing.rest)
    try:
        wait_until(f"{name} to follow", follows, seconds=stage.patience, step=0.2)
    except TimeoutError as error:
        evidence = str(error)
    else:
        answering([name])
        machine.run(["systemctl", "is-system-running", "--wait"], timeout=120)  # its boot is over
        evidence = f"{name} follows {leading} {time.monotonic() - began:.1f} s after its power came"
        stage.screen.say(evidence)
    return Checked(
        name="a lost machine boots again and follows by its own units",
        held=bool(follows()),
        evidence=evidence,
    )
