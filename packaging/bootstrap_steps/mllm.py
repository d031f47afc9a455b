"""The runner of language models, llama.cpp: ready-made where its makers have it, or else compiled for this computer.

With a graphics processor that llama.cpp can use it is the runner for that one and the processor; where that one cannot
be had or does not work, the runner for the processor alone.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bootstrap_steps import gpu, system
from bootstrap_steps.environment import Environment, pip_status, pip_variables, pyproject
from bootstrap_steps.gpu import CPU, Finding
from bootstrap_steps.terminal import StepError, last_error, say, step, watch

RETRY = "python3 packaging/bootstrap.py mllm"

BYTES_PER_JOB = 2**30
"""Memory that one compiler process may take."""

WHEELS = "https://abetlen.github.io/llama-cpp-python/whl"
"""The index of llama-cpp-python's makers: a folder for each backend, not for each version."""

WHEEL_OPTIONS = (
    "--only-binary",
    ":all:",
    "--no-deps",
    "--force-reinstall",
    "--timeout",
    "5",
    "--retries",
    "0",
)
"""What pip is told when it looks for a ready-made runner: nobody waits long for what can be compiled."""

COMPILERS = {"apt-get": "g++", "dnf": "gcc-c++", "pacman": "gcc", "zypper": "gcc-c++"}

# Bindings and libraries must fit each other; a tiny context would fail in silence where they do not.
_CHECK = """
import json
import llama_cpp
from lookalike.judges.mllm.bindings import check_abi
from lookalike.judges.mllm.gpu import visible_gpus
llama_cpp.llama_backend_init()
check_abi()
backends = [one.backend for one in visible_gpus()]
print(json.dumps({"info": llama_cpp.llama_print_system_info().decode(), "backends": backends}))
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


def is_for(environment: Environment, wanted: Finding) -> bool:
    """Whether the installed runner has the backend that is wanted."""
    return environment.stamps().get("mllm backend", CPU.name) == wanted.backend.name


def failed_before(environment: Environment) -> str:
    """The reason of an earlier failure; empty when there was none."""
    path = reason_file(environment)
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def install(environment: Environment, wanted: list[Finding], live: bool = True, gently: bool = False) -> bool:
    """Fetch or compile the runner and install it; False, with the reason said and remembered, where it cannot be had.

    Args:
        environment: where to. What was chosen and why is recorded in it.
        wanted: the backends found here, best first; the first that works is kept.
        live: show the progress in one line of the terminal that is rewritten; another program that writes
            to the same terminal wants False.
        gently: leave the processor to other programs first.
    """
    failures: list[str] = []
    usable = [finding for finding in wanted if finding.usable]
    for finding in usable:
        name = finding.backend.name
        say(f"  The judge's runner (llama.cpp) is to compute with: {name}. {finding.reason}")
        try:
            source = _get(environment, finding, live, gently)
        except StepError as failure:
            failures.append(f"{failure}")
            if finding is not usable[-1]:
                say(f"  Not with {name}: {failure}")
            continue
        reason_file(environment).unlink(missing_ok=True)
        environment.stamp("mllm", requirement())
        environment.stamp("mllm backend", name)
        environment.stamp("mllm reason", " ".join([finding.reason, *failures]))
        environment.stamp("mllm source", source)
        say(f"  Chosen: {name}, {source}.")
        return True
    reason_file(environment).write_text(f"{failures[-1]}\n", encoding="utf-8")
    report_missing(environment)
    return False


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


def self_check(environment: Environment, backend: str = CPU.name) -> str:
    """Why the installed runner does not work on this computer; empty when it does.

    Args:
        environment: where it is installed.
        backend: what it must be able to compute with.
    """
    done = subprocess.run(
        [str(environment.python), "-c", _CHECK], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return said[-1] if said and done.returncode > 0 else f"it crashed with signal {-done.returncode}"
    told = json.loads(done.stdout.splitlines()[-1])
    if backend not in (CPU.name, *told["backends"]):
        return f"it sees no graphics processor through {backend}"
    # Starting up touches few of the compiled instructions, so those are also compared by name.
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not cpuinfo.exists():
        return ""
    return foreign_instructions(told["info"], cpuinfo.read_text(encoding="utf-8", errors="replace"))


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


def _get(environment: Environment, finding: Finding, live: bool, gently: bool) -> str:
    """Install the runner with one backend; returns where it is from, in words.

    Raises:
        StepError: it cannot be had.
    """
    if (
        is_ready(environment)
        and is_for(environment, finding)
        and not self_check(environment, finding.backend.name)
    ):
        # It serves as it did before something better was tried.
        return environment.stamps().get("mllm source", "installed before")
    if finding.backend.wheels and not os.environ.get("CMAKE_ARGS"):
        # Who sets options for the compiler wants it compiled.
        if problem := _fetch(environment, finding.backend, live):
            say(f"  No ready-made one: {problem}.")
        else:
            return f"ready-made by its makers ({WHEELS}/{finding.backend.wheels})"
    if finding.lacking:
        raise StepError(finding.lacking)
    jobs = _jobs()
    say(
        f"  It is compiled here once, with {jobs} processes: 5 to 10 minutes on most computers, longer for CUDA."
    )
    say("  Everything else works meanwhile, and stopping this with Ctrl-C harms nothing.")
    with step(f"Compiling {requirement()} for {finding.backend.name}"):
        if sys.platform.startswith("linux") and not _compiler() and system.may_install():
            system.install([COMPILERS["apt-get"]])
        _compile(environment, finding.backend, jobs, live, gently)
    return "compiled here"


def _fetch(environment: Environment, backend: gpu.Backend, live: bool) -> str:
    """Install what the makers of llama-cpp-python have ready; returns why that cannot be used, empty when it can."""
    index = f"{WHEELS}/{backend.wheels}"
    log = environment.log("mllm-wheel")
    with step(f"Looking for a ready-made {requirement()} ({index})"):
        command = environment.pip("install", *WHEEL_OPTIONS, "--index-url", index, requirement())
        if watch(command, log, pip_status, pip_variables(), live):
            return "none for this version, system and Python, or no connection"
        # What it needs in turn is not in that index.
        if watch(environment.pip("install", requirement()), log, pip_status, pip_variables(), live):
            return f"its packages cannot be had: {last_error(log)}"
        problem = self_check(environment, backend.name)
    if problem:
        # Left there it would pass for a runner, should none be compiled.
        watch(environment.pip("uninstall", "-y", requirement().partition("==")[0]), log, pip_status)
        return f"the one there does not serve: {problem}"
    return ""


def _compile(environment: Environment, backend: gpu.Backend, jobs: int, live: bool, gently: bool) -> None:
    log = environment.log("mllm")
    rebuild = ("--force-reinstall", "--no-deps", "--no-cache-dir")
    native = " ".join(backend.options)
    # pip's cache may hold a wheel from another computer; then one for this processor, then one for any.
    tries: list[tuple[tuple[str, ...], str]] = [(rebuild, native), (rebuild, f"{native} -DGGML_NATIVE=OFF")]
    if not environment.stamps().get("mllm") and backend is CPU:
        tries.insert(0, ((), ""))
    problem = ""
    for options, arguments in tries:
        if problem:
            say(f"  {problem}; compiling it anew")
        env = pip_variables() | {"CMAKE_BUILD_PARALLEL_LEVEL": str(jobs)}
        if arguments.strip():
            env["CMAKE_ARGS"] = f"{env.get('CMAKE_ARGS', '')} {arguments}".strip()
        command = environment.pip("install", "-v", *options, requirement())
        nice = shutil.which("nice") if gently else None
        if watch([nice, "-n", "10", *command] if nice else command, log, build_status, env, live):
            raise StepError(_why(log))
        if options and watch(
            environment.pip("install", requirement()), environment.log("mllm-packages"), pip_status
        ):
            raise StepError(f"Its packages cannot be had: {last_error(environment.log('mllm-packages'))}.")
        if not (problem := self_check(environment, backend.name)):
            return
        if problem.startswith("it sees no"):
            # Compiling it for another processor would not change that.
            break
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
