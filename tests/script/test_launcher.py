import socket
from pathlib import Path

import pytest

from script import launcher
from script.data_folder import open_data_folder


@pytest.fixture
def taken_port() -> object:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_told_in_one_sentence(
    taken_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = launcher.main(["--port", str(taken_port), "--data", str(tmp_path / "demo")])
    told = capsys.readouterr()
    assert code == 1
    assert f"Le port {taken_port} est déjà pris" in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        launcher.main(["--port", port])
    assert refusal.value.code == 2


def test_a_folder_of_something_else_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photo.jpg").touch()
    assert launcher.main(["--port", "8999", "--data", str(tmp_path), "--reset"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "photo.jpg").exists()


def test_a_first_start_cut_short_is_begun_again(tmp_path: Path) -> None:
    with open_data_folder(tmp_path / "demo") as folder:
        (folder.part("postgres") / "PG_VERSION").write_text("18")
        folder.remember("prepared", "version")
        launcher.forget_unfinished(folder)
        assert not (folder.path / "postgres").exists()
        assert folder.note("prepared") == ""


def test_a_told_story_is_kept(tmp_path: Path) -> None:
    with open_data_folder(tmp_path / "demo") as folder:
        (folder.part("postgres") / "PG_VERSION").write_text("18")
        folder.remember("seeded", "oui")
        launcher.forget_unfinished(folder)
        assert (folder.path / "postgres" / "PG_VERSION").exists()


def test_the_preparation_is_done_again_when_a_migration_changes(tmp_path: Path) -> None:
    migration = tmp_path / "fqis" / "migrations" / "0002_versement.py"
    migration.parent.mkdir(parents=True)
    migration.write_text("a")
    before = launcher.fingerprint(tmp_path)
    assert launcher.fingerprint(tmp_path) == before
    migration.write_text("b")
    assert launcher.fingerprint(tmp_path) != before


def test_the_portal_reads_its_files_from_the_folder(tmp_path: Path) -> None:
    with open_data_folder(tmp_path / "demo") as folder:
        env = launcher.portal_env(folder, 8123)
    assert env["PUBLIC_URL"] == "http://localhost:8123"
    assert {Path(env[name]).parent for name in ("MEDIA_ROOT", "MAIL_DIR", "STATIC_ROOT")} == {
        (tmp_path / "demo").resolve()
    }
