import errno
from pathlib import Path

import pytest

from script.data_folder import open_data_folder
from script.processes import StackError


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A folder that a demo has used."""
    path = tmp_path / "demo"
    with open_data_folder(path) as folder:
        folder.remember("seeded", "oui")
        (folder.part("media") / "avis.pdf").write_text("x")
    return path


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "autre"
    path.mkdir()
    (path / "précieux.txt").write_text("à garder")
    return path


def test_a_new_folder_is_closed_to_others(used: Path) -> None:
    assert used.stat().st_mode & 0o777 == 0o700


def test_a_second_run_finds_what_the_first_left(used: Path) -> None:
    with open_data_folder(used) as folder:
        assert folder.note("seeded") == "oui"
        assert folder.secret_key() == folder.secret_key() != ""
    assert (used / "secret-key").stat().st_mode & 0o777 == 0o600


def test_reset_empties_the_folder_of_a_demo(used: Path) -> None:
    with open_data_folder(used, reset=True) as folder:
        assert folder.note("seeded") == ""
        assert not (used / "media").exists()


@pytest.mark.parametrize("reset", [False, True])
def test_a_foreign_folder_is_refused_and_left_alone(foreign: Path, reset: bool) -> None:
    with (
        pytest.raises(StackError, match="rien n’y a été touché"),
        open_data_folder(foreign, reset=reset),
    ):
        pass
    assert [entry.name for entry in foreign.iterdir()] == ["précieux.txt"]


def test_reset_does_not_follow_a_link_out_of_the_folder(used: Path, foreign: Path) -> None:
    (used / "lien").symlink_to(foreign)
    with open_data_folder(used, reset=True):
        assert (foreign / "précieux.txt").exists()


@pytest.mark.parametrize("reset", [False, True])
def test_two_demos_at_once_on_one_folder_are_refused(used: Path, reset: bool) -> None:
    with (
        open_data_folder(used),
        pytest.raises(StackError, match="tourne déjà"),
        open_data_folder(used, reset=reset),
    ):
        pass
    assert (used / "media" / "avis.pdf").exists()


def test_the_folder_of_another_version_is_refused_until_reset(used: Path) -> None:
    (used / "alliances-demo").write_text("0\n")
    with pytest.raises(StackError, match="autre version"), open_data_folder(used):
        pass
    with open_data_folder(used, reset=True) as folder:
        assert folder.note("seeded") == ""


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    refused = pytest.raises(StackError, match="n’est pas un dossier")
    with refused, open_data_folder(tmp_path / "fichier"):
        pass


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_no_write_access_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    refused = pytest.raises(StackError, match="accessible en écriture")
    with refused, open_data_folder(tmp_path / "demo"):
        pass
