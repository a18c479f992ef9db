"""PyInstaller's collection of torch, in place of the stock hook, which takes all of it.

The stock hook brings every submodule twice (as code and as source) and 60 MB of headers, tests and
tools. The app computes with tensors and plain functions; it needs the libraries, and the modules that
`import torch` reaches. What is left out is listed in ``inkhorn.spec``.
"""

import os

from PyInstaller.compat import is_linux
from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, get_package_paths

TEST_LIBRARIES = ("jitbackend_test", "backend_with_compiler", "torchbind_test", "aoti_custom_ops")

# torch.jit reads the source of some functions, so those modules need their text beside the code.
module_collection_mode = {"torch": "pyz+py"}

binaries = [
    (source, target)
    for source, target in collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
    if not any(name in os.path.basename(source) for name in TEST_LIBRARIES)
    and os.path.basename(os.path.dirname(source)) not in ("test", "bin")
]

# torch refuses to be imported without this one of its tools.
manager = os.path.join(get_package_paths("torch")[1], "bin", "torch_shm_manager")
if os.path.exists(manager):
    binaries.append((manager, "torch/bin"))

# Libraries that torch loads by path must be found where torch looks for them.
if is_linux:
    bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
