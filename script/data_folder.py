"""The folder that holds everything one demo keeps: marked, locked, closed to others."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from script.processes import StackError

MARKER = "alliances-demo"
LOCK = "lock"
FORMAT = "1"
MARKER_TEXT = (
    f"{FORMAT}\nCe dossier appartient à la démonstration du portail."
    " « script/demo --reset » en efface le contenu.\n"
)


@dataclass(frozen=True)
class DataFolder:
    path: Path

    def part(self, name: str) -> Path:
        """A folder of this one, created when missing."""
        part = self.path / name
        part.mkdir(mode=0o700, exist_ok=True)
        return part

    def note(self, name: str) -> str:
        """What ``remember`` wrote, or an empty text."""
        file = self.path / name
        return file.read_text() if file.exists() else ""

    def remember(self, name: str, text: str) -> None:
        draft = self.path / f"{name}.partial"
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.replace(self.path / name)

    def secret_key(self) -> str:
        if not self.note("secret-key"):
            self.remember("secret-key", secrets.token_urlsafe(50))
        return self.note("secret-key")

    def clear(self) -> None:
        """Deletes everything but the marker and the lock."""
        for entry in self.path.iterdir():
            if entry.name in (MARKER, LOCK):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def _claim(path: Path) -> None:
    """Creates the folder and its marker; refuses a folder that holds something else."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker = path / MARKER
    if marker.is_file():
        return
    if any(path.iterdir()):
        raise StackError(
            f"Le dossier {path} n’est pas celui d’une démonstration (il contient autre chose et"
            f" pas de fichier « {MARKER} ») : rien n’y a été touché."
        )
    path.chmod(0o700)
    marker.write_text(MARKER_TEXT)


def _check_format(path: Path) -> None:
    if (path / MARKER).read_text().split("\n", 1)[0] != FORMAT:
        raise StackError(
            f"Le dossier {path} vient d’une autre version du portail : effacez-le avec --reset"
            " ou choisissez-en un autre avec --data."
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(f"Une démonstration tourne déjà sur le dossier {path}.") from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _told_in_french(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sentence = f"Le dossier {path} n’est pas accessible en écriture : choisissez-en un"
            raise StackError(f"{sentence} autre avec --data.") from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise StackError(f"{path} n’est pas un dossier.") from error
        raise StackError(f"Le dossier {path} est inutilisable ({error.strerror}).") from error


@contextmanager
def open_data_folder(path: Path, *, reset: bool = False) -> Iterator[DataFolder]:
    """Holds ``path`` for one demo at a time; ``reset`` empties it, when it is a demo's, first."""
    folder = DataFolder(path.expanduser().resolve())
    with ExitStack() as held:
        with _told_in_french(folder.path):
            _claim(folder.path)
            held.enter_context(_locked(folder.path))
            if reset:
                folder.clear()
                (folder.path / MARKER).write_text(MARKER_TEXT)
            _check_format(folder.path)
        yield folder
