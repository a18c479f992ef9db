"""PyInstaller's collection of transformers, in place of the stock hook, which asks for the descriptions of
whatever transformers could use and this computer has."""

from PyInstaller.utils.hooks import copy_metadata

# transformers makes its list of what it has to offer from the text of its modules, and some decorators
# read the text of what they decorate.
module_collection_mode = {"transformers": "pyz+py"}

# Whose versions it checks when it is imported, or asks for to see whether it may use them.
DESCRIBED = (
    "filelock",
    "huggingface-hub",
    "numpy",
    "packaging",
    "pyyaml",
    "regex",
    "safetensors",
    "sentencepiece",
    "tokenizers",
    "torch",
    "tqdm",
)
datas = [entry for name in DESCRIBED for entry in copy_metadata(name)]
