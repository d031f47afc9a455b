"""Sets Lookalike up on a computer that has only Python, then starts it or tests it.

    python3 packaging/bootstrap.py run [FOLDER...]       set up what is missing, then index and open
    python3 packaging/bootstrap.py test [PYTEST ARGS...] set up what is missing, then run every check
    python3 packaging/bootstrap.py mllm                  build the runner of language models once more

Everything goes into the virtual environment ``.venv`` in the repository, or the one that
``LOOKALIKE_VENV`` names. This file keeps to syntax that old Pythons read, so that they can say no.
"""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.exit(
        f"Lookalike needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Install a newer one from python.org or your "
        "system's packages and start this with it."
    )

from bootstrap_steps.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
