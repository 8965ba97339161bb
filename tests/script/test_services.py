import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from script.postgres import embedded_postgres, find_binaries
from script.processes import StackError
from script.valkey import embedded_valkey


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a cluster that ran once: a path too long for a socket, closed to others.

    Made anew by each process that runs tests, so that none of them counts on another.
    """
    folder = tmp_path_factory.mktemp("d" * 120)
    folder.chmod(0o700)
    postgres = folder / "postgres"
    with (
        embedded_postgres(postgres, durable=False) as cluster,
        psycopg.connect(cluster.owner_url) as owner,
    ):
        owner.execute("CREATE TABLE kept AS SELECT 'é' AS letter")
        owner.execute("CREATE EXTENSION unaccent")
    return postgres


def test_the_application_connects_as_a_role_that_row_security_holds(data: Path) -> None:
    with (
        embedded_postgres(data, durable=False) as cluster,
        psycopg.connect(cluster.app_url) as app,
    ):
        rights = "SELECT rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = "
        assert app.execute(rights + "current_user").fetchone() == (False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DROP TABLE kept")
    assert not cluster.socket_folder.exists()


def test_a_restart_keeps_the_data_and_understands_accents(data: Path) -> None:
    with (
        embedded_postgres(data, durable=False) as cluster,
        psycopg.connect(cluster.owner_url) as owner,
    ):
        assert owner.execute("SELECT upper(letter) FROM kept").fetchone() == ("É",)
        assert owner.execute("SELECT unaccent('é')").fetchone() == ("e",)


def test_data_of_another_version_of_postgresql_is_refused(data: Path) -> None:
    version = data / "PG_VERSION"
    stored = version.read_text()
    version.write_text("9\n")
    with pytest.raises(StackError, match="viennent de PostgreSQL 9"), embedded_postgres(data):
        pass
    version.write_text(stored)


def test_binaries_named_by_the_environment_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    with pytest.raises(StackError, match="introuvables dans"):
        find_binaries()


def test_the_broker_answers_on_its_socket_only(tmp_path: Path) -> None:
    with embedded_valkey(log=tmp_path / "valkey.log") as broker:
        client = redis.Redis(unix_socket_path=str(broker.socket))
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
        client.close()
    assert not broker.socket.exists()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_leaves_no_service_behind(mark, eventually, signum: signal.Signals) -> None:
    command = [sys.executable, "-m", "script.testing", "sleep", "30"]
    with subprocess.Popen(command, env=mark.env, start_new_session=True) as launcher:
        assert eventually(lambda: any(line.startswith("sleep") for line in mark.processes()))
        assert any("postgres" in line for line in mark.processes())
        assert any("valkey" in line for line in mark.processes())
        os.kill(launcher.pid, signum)
    assert eventually(lambda: mark.processes() == [])
