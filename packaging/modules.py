"""Which Python modules the installed app needs beyond those that its code imports by name, and which ones
that PyInstaller would bring it does not need."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

from desktop_app.engine.hosted.families import FAMILIES

NOT_NEEDED = [
    # Python's own
    "tkinter", "turtledemo", "idlelib", "lib2to3", "ensurepip", "pydoc_data",
    # of torch: testing and measuring networks; nothing that runs one
    "torch.test", "torch.testing._internal.common_utils", "torch.utils.tensorboard", "torch.utils.benchmark",
    "torch.utils.bottleneck", "torch.utils.model_dump", "torch.utils.hipify",
    "torch.distributed._tools", "torch.distributed.benchmarks", "caffe2", "networkx",
    # of transformers: training, and doing whole tasks in its own way
    "transformers.cli", "transformers.data", "transformers.pipelines", "transformers.testing_utils",
    "transformers.trainer", "transformers.trainer_seq2seq",
    # what transformers and torch use where it happens to be installed, as it is on a developer's computer
    "accelerate", "peft", "hypothesis", "_pytest", "py", "xdist", "mypy", "scipy",
    # downloads are plain HTTPS: hf_xet goes past mirrors and proxies, and cannot go on from a byte
    "hf_xet",
    # parts of numpy and others that are for their developers
    "numpy.f2py", "numpy.testing", "numpy.distutils", "pytest", "IPython", "matplotlib", "PIL", "setuptools",
    "pkg_resources", "_distutils_hack", "pip", "wheel",
    # of Qt: all but the modules that the interface imports
    "PySide6.QtDesigner", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtSql",
    "PySide6.QtTest", "PySide6.QtHelp", "PySide6.QtUiTools", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets",
]  # fmt: skip

MODEL_PARTS = ("auto", "mbart50")
"""Of ``transformers.models``, beside the families: what `transformers` imports itself for any of them, and
the table of mBART-50's languages."""

INDUCTOR_PARTS = (
    "_functionalize_collectives", "analysis", "config", "cpp_builder", "cpu_vec_isa", "cudagraph_utils",
    "custom_graph_pass", "exc", "runtime", "standalone_compile", "test_operators", "utils",
)  # fmt: skip
"""Of torch's compiler, what ``torch._dynamo`` imports of it. That in turn is imported as soon as a function
is marked as one not to compile, as transformers marks some."""


def imported_by_name() -> list[str]:
    """What is imported by a name that the code makes, so that PyInstaller does not see it: the families, by
    `desktop_app.engine.hosted.build`, and torch's stand-ins for Python's own functions, by ``torch._dynamo``.
    """
    families = [
        f"transformers.models.{family.module}.{part}_{family.module}"
        for family in FAMILIES.values()
        for part in ("configuration", "modeling")
    ]
    return [*families, *_below("torch._dynamo.polyfills"), "torch.onnx.operators"]


def left_out() -> list[str]:
    """For PyInstaller's ``excludes``: they and all below them."""
    families = {family.module for family in FAMILIES.values()}
    return [
        *NOT_NEEDED,
        *_below("transformers.models", families.union(MODEL_PARTS)),
        *_below("torch._inductor", INDUCTOR_PARTS),
    ]


def _below(package: str, without: Collection[str] = ()) -> list[str]:
    """The modules right below ``package``, but for some. Imports nothing."""
    top, *parts = package.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{top} is not installed")
    places = Path(spec.origin).parent.joinpath(*parts).iterdir()
    names = [path.stem for path in places if path.suffix == ".py" or (path / "__init__.py").exists()]
    return [f"{package}.{name}" for name in sorted(names) if name not in {*without, "__init__"}]
