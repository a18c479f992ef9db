"""Folders from strangers: nothing of them is run, nothing is fetched, nonsense is refused in words."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.core.errors import InkhornError
from desktop_app.engine.hosted.families import FAMILIES
from desktop_app.engine.hosted.load import load_hosted
from tests.conftest import ROOT
from tests.engine.hosted.kinds import hosted_kind
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.test_encoder import add_words
from tests.engine.hosted.test_load import change_config, quiet
from tests.engine.hosted.words import add_json

EVIL = "open({marker!r}, 'w').close()\n"

WATCHED = """
import sys
from pathlib import Path

folder, seen = Path(sys.argv[1]).resolve(), []

def hook(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "pickle.")):
        seen.append(event)
    if event in ("import", "exec", "compile"):
        where = str(getattr(arguments[0], "co_filename", "")) if event == "exec" else str(arguments)
        if str(folder) in where:
            seen.append(f"{event} {where[:200]}")
    if event == "open" and isinstance(arguments[0], str):
        if arguments[0].startswith(str(folder)) and arguments[0].endswith((".py", ".bin", ".pkl", ".pt")):
            seen.append(f"open {arguments[0]}")

# transformers looks at the system when it is imported: before any folder is read.
import desktop_app.engine.hosted.load as loading
import importlib
importlib.import_module("transformers.models." + sys.argv[2] + ".modeling_" + sys.argv[2])
importlib.import_module("torch.nn")
sys.addaudithook(hook)

model = loading.load_hosted(folder, sys.argv[3], "cpu", folder.parent / "prepared", lambda stage, done: None)
if model.kind == "causal":
    model.logits(model.forward(model.new_cache(), [1, 2, 3]))
elif model.kind == "text_to_text":
    model.transform(["The cat slept."])
else:
    model.embed(["the cat"])
assert str(folder) not in sys.path
print("SEEN", seen)
sys.exit(bool(seen))
"""

HOSTILE: dict[str, Any] = {
    "auto_map": {
        "AutoConfig": "evil.Config",
        "AutoModel": "evil.Model",
        "AutoModelForCausalLM": "someone/else--evil.Model",
        "AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"],
    },
    "trust_remote_code": True,
    "custom_pipelines": {"evil": {"impl": "evil.Pipeline"}},
    "attn_implementation": "kernels-community/flash-attn",
    "_attn_implementation": "kernels-community/flash-attn",
    "_attn_implementation_internal": "kernels-community/flash-attn",
    "experts_implementation": "kernels-community/megablocks",
    "use_kernels": True,
    "kernel_config": {"Linear": "someone/kernel:Linear"},
    "fusion_config": {"patch_embeddings": True},
    "name_or_path": "someone/else",
    "_name_or_path": "someone/else",
    "torch_dtype": "__class__",
    "dtype": "manual_seed",
    "per_layer_config": {"0": {}},
    "base_model_tp_plan": {"x": "y"},
    "to_dict": "x",
    "__class__": "x",
    "gguf_file": "x.gguf",
    "_commit_hash": "0" * 40,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "precision"), [("gpt2", "packed8"), ("bert", "float32"), ("bart", "bfloat16")]
)
def test_nothing_is_run_and_nothing_is_fetched(name: str, precision: str, tmp_path: Path) -> None:
    folder = save(tiny(name), tmp_path / name)
    if name == "bert":
        add_words(folder, name)
    if name == "bart":
        add_json(folder, ("<s>", "<pad>", "</s>", "<unk>"))
    change_config(folder, **HOSTILE)
    marker = tmp_path / "it ran"
    for file in (
        "evil",
        f"modeling_{name}",
        f"configuration_{name}",
        "__init__",
        "sitecustomize",
        "conftest",
    ):
        (folder / f"{file}.py").write_text(EVIL.format(marker=str(marker)), encoding="utf-8")
    (folder / "pytorch_model.bin").write_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    tokenizer = {"tokenizer_class": "Evil", "auto_map": {"AutoTokenizer": ["evil.T", None]}}
    for file, content in {
        "tokenizer_config.json": tokenizer,
        "generation_config.json": {"custom_generate": "someone/else", "trust_remote_code": True},
        "adapter_config.json": {"base_model_name_or_path": "someone/else", "peft_type": "LORA"},
    }.items():
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCHED, str(folder), FAMILIES[name].module, precision],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "SEEN []"
    assert done.stderr == ""
    assert not marker.exists()


def test_the_kind_is_told_without_torch(tmp_path: Path) -> None:
    folder = save(tiny("marian"), tmp_path / "marian")
    code = (
        "import sys, pathlib\n"
        "from tests.engine.hosted.kinds import hosted_kind\n"
        "print(hosted_kind(pathlib.Path(sys.argv[1])), {'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "text_to_text set()"


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model_type": "deepseek_v3"},
        {"model_type": "../../evil"},
        {"model_type": ["gpt2"]},
        {"model_type": "gpt2", "architectures": ["GPT2ForSequenceClassification"]},
        {"model_type": "gpt2", "architectures": ["os.system"]},
        {"model_type": "bert", "architectures": ["BertLMHeadModel"]},
        {"model_type": "gpt2", "quantization_config": {"quant_method": "gptq"}},
        {"model_type": "gpt2", "quantization_config": {}},
    ],
)
def test_kinds_that_cannot_run(config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert hosted_kind(tmp_path) is None
    with pytest.raises(InkhornError) as refused:
        load_hosted(tmp_path, "float32", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_unsupported"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 5000,
        b'{"a":' + b"[" * 100000,
        b'{"a": 1' + b"0" * 5000 + b"}",
    ],
)
def test_a_config_that_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(content)
    assert hosted_kind(tmp_path) is None
    with pytest.raises(InkhornError) as refused:
        load_hosted(tmp_path, "float32", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_damaged"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert hosted_kind(tmp_path) is None
    assert hosted_kind(tmp_path / "nothing") is None
    (tmp_path / "file").write_bytes(b"GGUF")
    assert hosted_kind(tmp_path / "file") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"n_layer": 10**9},
        {"n_layer": -1},
        {"n_positions": 10**12},
        {"n_embd": 10**7, "n_inner": 10**7},
        {"n_head": 0},
        {"n_head": 7},
        {"vocab_size": 10**15},
        {"activation_function": "no such thing"},
        {"activation_function": {"a": 1}},
        {"layer_norm_epsilon": "1e-5"},
        {"n_embd": None},
        {"n_embd": [64]},
        {"id2label": {"x": "y"}},
    ],
    ids=str,
)
def test_sizes_that_no_model_has(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = save(tiny("gpt2"), tmp_path / "gpt2")
    change_config(folder, **changes)
    with pytest.raises(InkhornError) as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind in ("model_damaged", "memory")


_NAMES = ["n_layer", "n_head", "n_embd", "n_inner", "vocab_size", "n_positions", "activation_function"]
_NAMES += ["tie_word_embeddings", "id2label", "rope_scaling", "rope_theta", "head_dim", "scale_attn_weights"]
_NAMES += ["num_labels", "pad_token_id", "eos_token_id", "is_encoder_decoder", "add_cross_attention", "dtype"]
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.integers(-2, 70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.lists(st.integers(-3, 70), max_size=3),
    st.dictionaries(st.text(max_size=6), st.integers(-3, 70), max_size=3),
)


@pytest.mark.slow
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=st.dictionaries(st.sampled_from(_NAMES), _VALUES, min_size=1, max_size=4))
def test_any_config_is_loaded_or_refused_in_words(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "gpt2"
    if not folder.exists():
        save(tiny("gpt2"), folder)
        (folder / "first.json").write_bytes((folder / "config.json").read_bytes())
    (folder / "config.json").write_bytes((folder / "first.json").read_bytes())
    change_config(folder, **changes)
    with contextlib.suppress(InkhornError):
        load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet)
