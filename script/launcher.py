"""The demo: starts every real part on one machine, in order, and stops them all at the end."""

import argparse
import errno
import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from script.data_folder import DataFolder, open_data_folder
from script.postgres import embedded_postgres, wait_for_previous
from script.processes import Child, Interrupted, StackError, pause, stop_request
from script.stack import CHECKOUT, manage, refuse_ended, run_stack
from script.valkey import embedded_valkey

PASSWORD = "demo-alliances-2026"  # noqa: S105
ACCOUNTS = {
    "Table (ici, la Mauricie)": [
        "coordination@mauricie.example",
        "direction@mauricie.example",
        "partenaire@mauricie.example",
    ],
    "DGSQ (ici, région 04)": ["conseil@dgsq-04.example"],
    "DGSSAC": [
        "analyse@dgssac.example",
        "delegue@dgssac.example",
        "budget@dgssac.example",
        "paiements@dgssac.example",
        "audit@dgssac.example",
        "admin@dgssac.example",
    ],
}
# What the database and the static files are prepared from.
PREPARED_FROM = [
    "alliances",
    "conventions",
    "plans",
    "fqis",
    "reporting",
    "static",
    "requirements",
]


def say(sentence: str) -> None:
    print(sentence, flush=True)


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StackError(
                    f"Le port {port} est déjà pris : choisissez-en un autre avec --port."
                ) from error
            raise StackError(
                f"Le port {port} n’est pas permis : choisissez-en un autre avec --port."
            ) from error


def fingerprint(checkout: Path = CHECKOUT) -> str:
    """Changes when a file that the preparation reads changes."""
    digest = hashlib.sha256()
    for folder in PREPARED_FROM:
        for file in sorted((checkout / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(str(file.relative_to(checkout)).encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def portal_env(folder: DataFolder, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "alliances.config.settings.demo",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": folder.secret_key(),
        "MEDIA_ROOT": str(folder.part("media")),
        "MAIL_DIR": str(folder.part("mail")),
        "STATIC_ROOT": str(folder.part("static")),
        "PUBLIC_URL": f"http://localhost:{port}",
    }


def forget_unfinished(folder: DataFolder) -> None:
    """A first start that was cut short is begun again: half a story helps nobody."""
    if folder.note("seeded"):
        return
    data = folder.path / "postgres"
    wait_for_previous(data)
    for part in (data, folder.path / "media", folder.path / "mail"):
        shutil.rmtree(part, ignore_errors=True)
    (folder.path / "prepared").unlink(missing_ok=True)


def start_services(
    folder: DataFolder, logs: Path, stops: ExitStack
) -> tuple[list[Child], dict[str, str]]:
    """The services that the environment does not name already, and the addresses of all."""
    children: list[Child] = []
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    addresses = {name: os.environ[name] for name in names if name in os.environ}
    if "DATABASE_URL" not in addresses:
        forget_unfinished(folder)
        cluster = stops.enter_context(
            embedded_postgres(folder.path / "postgres", log=logs / "postgres.log")
        )
        children.append(cluster.child)
        addresses["DATABASE_URL"] = cluster.app_url
        addresses["DATABASE_OWNER_URL"] = cluster.owner_url
    if "REDIS_URL" not in addresses:
        broker = stops.enter_context(embedded_valkey(log=logs / "valkey.log"))
        children.append(broker.child)
        addresses["REDIS_URL"] = broker.url
    return children, addresses


def prepare(folder: DataFolder, env: dict[str, str], log: Path) -> None:
    """Brings database and static files up to this version; tells the story once.

    The tables belong to their owner; the story is told by the application's role, as people do.
    """
    is_ours = "DATABASE_URL" not in os.environ
    version = fingerprint()
    if not is_ours or folder.note("prepared") != version:
        say("Préparation de la base de données et des fichiers…")
        owner = env | {"DATABASE_URL": env.get("DATABASE_OWNER_URL", env["DATABASE_URL"])}
        manage("migrate", "--no-input", env=owner, log=log)
        manage("createcachetable", env=owner, log=log)
        manage("load_reference", env=owner, log=log)
        manage("collectstatic", "--no-input", env=env, log=log)
        folder.remember("prepared", version)
    if not is_ours or not folder.note("seeded"):
        say("Chargement de l’histoire de démonstration (une minute environ)…")
        manage("seed_demo", "--if-empty", env=env, log=log)
        folder.remember("seeded", "oui")


def announce(folder: DataFolder, port: int) -> None:
    say(f"\nDonnées fictives, gardées dans {folder.path}")
    say(f"Courriels : écrits dans {folder.path / 'mail'}, jamais envoyés")
    say(f"Journaux : {folder.path / 'logs'}")
    say(f"\nComptes, tous avec le mot de passe {PASSWORD}")
    for group, addresses in ACCOUNTS.items():
        say(f"  {group}")
        for address in addresses:
            say(f"    {address}")
    say("\nCtrl-C arrête tout.")
    say(f"Prêt : http://localhost:{port}/")


def run_demo(data: Path, *, port: int, reset: bool) -> None:
    """Runs until a signal asks to stop (``Interrupted``) or a part fails (``StackError``)."""
    refuse_taken_port(port)
    with ExitStack() as stops:
        folder = stops.enter_context(open_data_folder(data, reset=reset))
        logs = folder.part("logs")
        for old in logs.glob("*.log"):
            old.unlink()
        services, addresses = start_services(folder, logs, stops)
        env = portal_env(folder, port) | addresses
        prepare(folder, env, logs / "prepare.log")
        stack = stops.enter_context(run_stack(env, port=port, data=folder.path, logs=logs))
        announce(folder, port)
        while True:
            pause(0.5)
            refuse_ended([*services, *stack.children])


def parse(arguments: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/demo", description="Lance le portail sur cette machine, données fictives."
    )
    parser.add_argument("--port", type=int, default=8000, help="port du serveur web (8000)")
    parser.add_argument(
        "--data",
        type=Path,
        default=CHECKOUT / "var" / "demo",
        help="dossier des données (var/demo)",
    )
    parser.add_argument("--reset", action="store_true", help="repart de données neuves")
    options = parser.parse_args(list(arguments))
    if not 1 <= options.port <= 65535:
        parser.error("--port va de 1 à 65535")
    return options


def main(arguments: Iterable[str]) -> int:
    options = parse(arguments)
    stop_request.listen()
    try:
        run_demo(options.data, port=options.port, reset=options.reset)
    except StackError as error:
        error.tell()
        return 1
    except Interrupted as error:
        print("Tout est arrêté.", file=sys.stderr)
        return 128 + error.signum
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
