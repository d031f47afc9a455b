"""The runner of language models, llama.cpp: compiled on this computer, for this computer."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap_steps import system
from bootstrap_steps.environment import Environment, pip_status, pip_variables, pyproject
from bootstrap_steps.terminal import StepError, last_error, say, step, watch

RETRY = "python3 packaging/bootstrap.py mllm"

BYTES_PER_JOB = 2**30
"""Memory that one compiler process may take."""

COMPILERS = {"apt-get": "g++", "dnf": "gcc-c++", "pacman": "gcc", "zypper": "gcc-c++"}

_CHECK = """
import llama_cpp
llama_cpp.llama_backend_init()
print(llama_cpp.llama_print_system_info().decode())
"""

# what llama.cpp was compiled with -> what Linux calls it in /proc/cpuinfo
_FEATURES = {
    "SSE3": "pni",
    "SSSE3": "ssse3",
    "AVX": "avx",
    "AVX_VNNI": "avx_vnni",
    "AVX2": "avx2",
    "F16C": "f16c",
    "FMA": "fma",
    "BMI2": "bmi2",
    "AVX512": "avx512f",
    "AVX512_VBMI": "avx512vbmi",
    "AVX512_VNNI": "avx512_vnni",
    "AVX512_BF16": "avx512_bf16",
    "AMX_INT8": "amx_int8",
}


def reason_file(environment: Environment) -> Path:
    """The file that says in one line why the runner is missing; absent while nothing has failed."""
    return environment.folder / "lookalike-mllm.txt"


def requirement() -> str:
    """The one package, at its version, that the ``mllm`` extra names."""
    return str(pyproject()["project"]["optional-dependencies"]["mllm"][0])


def is_ready(environment: Environment) -> bool:
    """Whether the runner is installed and has been seen to work."""
    return environment.stamps().get("mllm") == requirement()


def failed_before(environment: Environment) -> str:
    """The reason of an earlier failure; empty when there was none."""
    path = reason_file(environment)
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def install(environment: Environment, live: bool = True, gently: bool = False) -> bool:
    """Compile and install the runner; False, with the reason said and remembered, where it cannot be.

    Args:
        environment: where to.
        live: show the progress in one line of the terminal that is rewritten; another program that writes
            to the same terminal wants False.
        gently: leave the processor to other programs first.
    """
    jobs = _jobs()
    say(f"  The judge's runner (llama.cpp) is compiled here once, with {jobs} processes: 5 to 10 minutes on")
    say("  most computers. Everything else works meanwhile, and stopping this with Ctrl-C harms nothing.")
    try:
        with step(f"Compiling {requirement()}"):
            if sys.platform.startswith("linux") and not _compiler() and system.may_install():
                system.install([COMPILERS["apt-get"]])
            _compile(environment, jobs, live, gently)
    except StepError as failure:
        reason_file(environment).write_text(f"{failure}\n", encoding="utf-8")
        report_missing(environment)
        return False
    reason_file(environment).unlink(missing_ok=True)
    environment.stamp("mllm", requirement())
    return True


def report_missing(environment: Environment) -> None:
    """Say in one line why the runner is missing, and how to get it."""
    say(f"  No language-model judge, all else works: {failed_before(environment)} Try again with: {RETRY}")


def build_status(line: str) -> str | None:
    """A line of the build's output as a status: the share done and the file at work; None for the rest."""
    if found := re.match(r"\[\s*(\d+)/(\d+)\] (.*)", line):
        share, text = 100 * int(found[1]) // int(found[2]), found[3]
    elif found := re.match(r"\[\s*(\d+)%\] (.*)", line):
        share, text = int(found[1]), found[2]
    elif line.startswith("*** Configuring CMake"):
        return "preparing the build"
    elif line.startswith(("*** Making wheel", "Created wheel")):
        return "packing"
    else:
        return pip_status(line)
    # Ninja repeats the compiler's whole command, Make names the object file.
    source = re.search(r"(?: -c |Building \w+ object )\S*?([\w.+-]+?)(?:\.o)?$", text)
    return f"{share:3d} % compiled" + (f"  {source[1]}" if source else "")


def self_check(environment: Environment) -> str:
    """Why the installed runner does not work on this processor; empty when it does."""
    done = subprocess.run(
        [str(environment.python), "-c", _CHECK], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return said[-1] if said and done.returncode > 0 else f"it crashed with signal {-done.returncode}"
    # Starting up touches few of the compiled instructions, so those are also compared by name.
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not cpuinfo.exists():
        return ""
    return foreign_instructions(done.stdout, cpuinfo.read_text(encoding="utf-8", errors="replace"))


def foreign_instructions(system_info: str, cpuinfo: str) -> str:
    """The instructions llama.cpp was compiled with that the processor lacks, as a reason; empty for none.

    Args:
        system_info: what ``llama_print_system_info`` says.
        cpuinfo: the text of ``/proc/cpuinfo``.
    """
    has = set(re.findall(r"^flags\s*:\s*(.*)$", cpuinfo, re.MULTILINE)[0].split())
    compiled = re.findall(r"(\w+) = 1\b", system_info)
    lacking = [name for name in compiled if name in _FEATURES and _FEATURES[name] not in has]
    return f"it was compiled for another processor ({', '.join(lacking)})" if lacking else ""


def _compile(environment: Environment, jobs: int, live: bool, gently: bool) -> None:
    log = environment.log("mllm")
    rebuild = ("--force-reinstall", "--no-deps", "--no-cache-dir")
    problem = ""
    # pip's cache may hold a wheel from another computer; then one for this processor, then one for any.
    for options, arguments in (((), ""), (rebuild, ""), (rebuild, "-DGGML_NATIVE=OFF")):
        if problem:
            say(f"  {problem}; compiling it anew")
        env = pip_variables() | {"CMAKE_BUILD_PARALLEL_LEVEL": str(jobs)}
        if arguments:
            env["CMAKE_ARGS"] = f"{env.get('CMAKE_ARGS', '')} {arguments}".strip()
        command = environment.pip("install", "-v", *options, requirement())
        nice = shutil.which("nice") if gently else None
        if watch([nice, "-n", "10", *command] if nice else command, log, build_status, env, live):
            raise StepError(_why(log))
        if not (problem := self_check(environment)):
            return
    raise StepError(f"It was compiled but does not run: {problem}.")


def _why(log: Path) -> str:
    if not sys.platform.startswith("win") and not _compiler():
        return f"This computer has no C++ compiler. Install one: {_how_to_get_a_compiler()}."
    if "CMAKE_CXX_COMPILER not set" in log.read_text(encoding="utf-8") and sys.platform.startswith("win"):
        return "This computer has no C++ compiler. Install the Build Tools for Visual Studio with C++."
    return f"llama.cpp could not be compiled: {last_error(log)} (the whole output: {log})."


def _how_to_get_a_compiler() -> str:
    if sys.platform == "darwin":
        return "xcode-select --install"
    return system.how_to_install([COMPILERS.get(system.package_manager() or "", "a C++ compiler")])


def _compiler() -> str | None:
    return os.environ.get("CXX") or next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)


def _jobs() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return cores
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(cores, memory // BYTES_PER_JOB))
