"""A Vulkan device that fails: too little memory, or lost in the middle of work. The failures are the loader's and the
application's own; only their cause is made up, by a layer between the two (`vulkan_faults.c`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

NAME = "VK_LAYER_LOOKALIKE_faults"
SOURCE = Path(__file__).with_suffix(".c")
HEADERS = Path("/usr/include/vulkan/vk_layer.h").is_file()
COMPILER = shutil.which("cc") or shutil.which("gcc")


def build_layer(folder: Path) -> dict[str, str]:
    """Compile the layer; returns the variables of the environment that have every Vulkan program load it."""
    assert COMPILER is not None
    library = folder / "libvulkan_faults.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE)], check=True)
    layer = {
        "name": NAME,
        "type": "GLOBAL",
        "library_path": str(library),
        "api_version": "1.3.0",
        "implementation_version": "1",
        "description": "Makes a device fail",
    }
    (folder / "vulkan_faults.json").write_text(json.dumps({"file_format_version": "1.2.0", "layer": layer}))
    return {"VK_LAYER_PATH": str(folder), "VK_INSTANCE_LAYERS": NAME}
