from deploy.lab.bench.waiting import waiting_in
from deploy.remote import plain_script

SIZE = len(plain_script().encode())
SCRIPT = f"""/bin/sh -c eval "$(head -c {SIZE})" pgbaton-remote swap"""
LISTED = f"""\
    1     0 sh
   20     1 sshd: deploy@notty
   21    20 sudo -n {SCRIPT}
   22    21 sudo -n {SCRIPT}
   23    22 {SCRIPT}
   24    23 {SCRIPT}
   25    24 head -c 262144
   30     1 sshd: deploy@notty
   31    30 sudo -n {SCRIPT}
   32    31 {SCRIPT}
   33    32 {SCRIPT}
   34    33 head -c {SIZE}
   40     1 /bin/sh -c eval "$(head -c {SIZE})" pgbaton-remote read
   41    40 head -c 262144
   42     1 head -c 262144
   43     1
"""


def test_a_script_counts_once_however_many_processes_it_is() -> None:
    """One that is still being read does not wait yet, and a read is no swap."""
    assert waiting_in(LISTED) == 1
    assert waiting_in("") == 0
