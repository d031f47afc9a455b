"""llama.cpp's own converter, from the source package of the pinned llama-cpp-python.

    python -m tests.builders.hub_conversion SOURCE PRE ARGUMENTS…

runs it on its own (`convert` does so): it brings another version of the package gguf.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tarfile
from pathlib import Path

from lookalike.judges.mllm.position_embeddings import AFFECTED

VARIABLE = "LOOKALIKE_LLAMA_CPP_SOURCE"
"""Names the unpacked source package, for tests and for where there is no network."""
LLAMA_CPP = Path("vendor", "llama.cpp")
TREE = f"llama_cpp_python-{AFFECTED}"


def source_tree(folder: Path, *, download: bool) -> Path | None:
    """The folder of llama.cpp's sources; None if it is not there and must not be downloaded.

    Args:
        folder: where the source package lies or is downloaded to.
        download: whether pip may fetch it.
    """
    if VARIABLE in os.environ:
        return Path(os.environ[VARIABLE]) / LLAMA_CPP
    tree = folder / TREE / LLAMA_CPP
    if not tree.is_dir() and download:
        package = f"llama-cpp-python=={AFFECTED}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "llama-cpp-python"]
        subprocess.run([*command, package, "-d", folder], check=True)
        with tarfile.open(folder / f"{TREE}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    return tree if tree.is_dir() else None


def convert(source: Path, model: Path, kind: str, pre: str) -> tuple[Path, Path]:
    """Convert a folder in the hub's format; the language model and the projector.

    Args:
        source: llama.cpp's sources.
        model: the folder.
        kind: how the numbers are kept: ``"f32"`` or ``"f16"``.
        pre: how the tokenizer cuts text, where the converter cannot know it; else empty.
    """
    llm = model.with_name(f"{model.name}.{kind}.gguf")
    mmproj = model.with_name(f"mmproj-{model.name}.{kind}.gguf")
    for target, more in ((llm, []), (mmproj, ["--mmproj"])):
        arguments = [str(model), "--outfile", str(target), "--outtype", kind, *more]
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, str(source), pre or "-", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"The converter failed on {model.name}: {done.stderr[-4000:]}")
    return llm, mmproj


def main() -> None:
    """Run the converter in this process."""
    source, pre, *arguments = sys.argv[1:]
    sys.path[:0] = [source, str(Path(source, "gguf-py"))]
    from conversion.base import TextModel  # type: ignore[import-not-found]

    given = TextModel._set_vocab_sentencepiece

    def with_sentencepiece(self: object, **arguments: object) -> None:
        # Some families try this first; the converter would import the package before it looks for the file.
        if not (self.dir_model / "tokenizer.model").is_file():  # type: ignore[attr-defined]
            raise FileNotFoundError
        given(self, **arguments)

    TextModel._set_vocab_sentencepiece = with_sentencepiece
    if pre != "-":
        TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
    sys.argv = ["convert_hf_to_gguf.py", *arguments]
    runpy.run_path(str(Path(source, sys.argv[0])), run_name="__main__")


if __name__ == "__main__":
    main()
