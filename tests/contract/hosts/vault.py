"""A hardened host for tests: one listed file in one root, one service, one command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deploy.remote.hardened import Permitted, PermittedFile, remote_list
from jobs.edits.splice import Splice
from jobs.remote import (
    AppSwap,
    FileSwap,
    SwapReply,
    SwapRequest,
)
from tests.contract.hosts.worlds import RealWorld, fence, sha256

ENV = b"""\xef\xbb\xbf# old password: hunter2
APP_KEY=base64:c2VjcmV0
export DB_HOST=10.0.0.1 # was 10.0.0.9
DB_PORT = "5432"\r
DB_PASSWORD='p#w=1'
DATABASE_URL="postgres://shop:s3cret@10.0.0.1:5432/shop?password=x"
READ_HOSTS=10.0.0.1,10.0.0.2
KEY="-----BEGIN
DB_HOST=10.0.0.1
-----END"
stray secret
EMPTY=
LAST=secret"""
BLANKED = b"""\xef\xbb\xbf#xxxxxxxxxxxxxxxxxxxxxx
APP_KEY=xxxxxxxxxxxxxxx
export DB_HOST=10.0.0.1 #xxxxxxxxxxxxx
DB_PORT = "5432"\r
DB_PASSWORD='xxxxx'
DATABASE_URL="postgres://xxxxxxxxxxx@10.0.0.1:5432/shop?xxxxxxxxxx"
READ_HOSTS=10.0.0.1,10.0.0.2
KEY="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
xxxxxxxxxxxx
EMPTY=
LAST=xxxxxx"""
HOSTS = ("10.0.0.1", "10.0.0.2", "db-?.example.com")
VALUES = {
    "DB_HOST": HOSTS,
    "DB_PORT": ("5432", "6432"),
    "DATABASE_URL": ("10.0.0.1:5432", "10.0.0.2:5432", "[fd00::1]:5432"),
    "READ_HOSTS": HOSTS,
}


class Vault(RealWorld):
    """A real host whose list names what `prepare` makes."""

    def prepare(self, content: bytes = ENV, *, format_: str = "dotenv") -> AppSwap:
        path = self.machine.file(content)
        service, after = self.service(), self.command()
        permitted = Permitted(
            cluster=self.cluster,
            roots=(str(path.parent),),
            files=(PermittedFile(path=str(path), format=format_, values=VALUES),),
            leaders=(self.leader,),
            services=(service,),
            after=(after,),
        )
        self.write_list(remote_list([permitted]))
        return AppSwap(
            leader=self.leader, files=(still(path),), after=(after,), services=(service,)
        )

    def write_list(self, text: str, mode: int = 0o600) -> Path:
        path = self.machine.root / "etc/pgbaton/remote.list"
        path.write_text(text)
        path.chmod(mode)
        return path

    def request(self, app: AppSwap, *splices: Splice, epoch: int = 10) -> SwapRequest:
        file = replace(still(Path(app.files[0].path)), splices=splices)
        return SwapRequest(
            cluster=self.cluster,
            fence=fence(epoch),
            avoid=(),
            apps=(replace(app, files=(file,)),),
        )

    def send(self, request: SwapRequest) -> SwapReply:
        reply = self.hand.swap(self.host, request, timeout=20)
        assert isinstance(reply, SwapReply), reply
        return reply


def still(path: Path) -> FileSwap:
    """The file as it is, nothing changed."""
    return FileSwap(path=str(path), before=sha256(path.read_bytes()), after=None, splices=())


def change(content: bytes, old: bytes, new: bytes, *, nth: int = 0) -> Splice:
    """A splice of the nth place where `old` stands."""
    at = -1
    for _ in range(nth + 1):
        at = content.index(old, at + 1)
    return Splice(offset=at, length=len(old), replacement=new)
