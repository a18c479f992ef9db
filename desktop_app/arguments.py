"""The command line: what can be asked for, without doing any of it."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from desktop_app import __version__
from desktop_app.core.sampling import PRESETS, Sampling


def parse(argv: list[str]) -> argparse.Namespace:
    """Arguments as a namespace; ``command`` is empty for the window. Exits with 2 on wrong use."""
    parser = argparse.ArgumentParser(
        prog="inkhorn", description="Chat with a Transformer on your own computer. Nothing leaves it."
    )
    parser.add_argument("--version", action="version", version=f"Inkhorn {__version__}")
    _add_data_dir(parser, None)
    parser.add_argument("--verbose", action="store_true", help="write more to the log")
    parser.set_defaults(command="")
    commands = parser.add_subparsers(metavar="COMMAND")
    _add_chat(commands)
    _add_translate(commands)
    _add_models(commands)
    return parser.parse_args(argv)


def _add_data_dir(parser: argparse.ArgumentParser, default: str | None) -> None:
    words = "keep everything below DIR (tests, portable use)"
    parser.add_argument("--data-dir", type=Path, metavar="DIR", default=default, help=words)


def _add_chat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    chat = commands.add_parser("chat", help="answer a message on the terminal")
    chat.set_defaults(command="chat")
    _add_data_dir(chat, argparse.SUPPRESS)  # without it, what came before the command stands
    chat.add_argument("text", nargs="*", help="the message; without it, standard input is read")
    chat.add_argument(
        "--model",
        default="",
        help="instead of the starter: an id or a name as “models list” shows it, a GGUF file, or a folder "
        "with safetensors",
    )
    chat.add_argument("--system", default="", metavar="TEXT", help="system prompt")
    chat.add_argument("--preset", choices=sorted(PRESETS), default="balanced")
    chat.add_argument("--json", action="store_true", help="one JSON object with the reply and its figures")
    numbers = {
        "temperature": float,
        "top_p": float,
        "top_k": int,
        "min_p": float,
        "repetition_penalty": float,
        "max_tokens": int,
        "seed": int,
    }
    for name, kind in numbers.items():
        chat.add_argument(
            f"--{name.replace('_', '-')}", type=kind, metavar="N", help=f"instead of the preset's {name}"
        )
    chat.add_argument("--stop", action="append", metavar="TEXT", help="end before TEXT; may be repeated")


def _add_translate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    translate = commands.add_parser(
        "translate",
        help="translate texts line for line, or a document to a document",
        description="Texts come from the arguments, a file or standard input, and go to standard output, a "
        "line for each line. With -o a document becomes a document of the same format.",
    )
    translate.set_defaults(command="translate")
    _add_data_dir(translate, argparse.SUPPRESS)
    translate.add_argument("text", nargs="*", help="texts, or one file; without them, standard input is read")
    translate.add_argument(
        "--from", dest="source", default="", metavar="CODE", help="language of the text; found if not given"
    )
    translate.add_argument(
        "--to", dest="target", required=True, metavar="CODE", help="language of the translation: en, pt, zh …"
    )
    translate.add_argument(
        "--model",
        action="append",
        default=[],
        help="instead of the best one installed: an id or a name as “models list” has it; with --score twice "
        "for two to compare",
    )
    translate.add_argument(
        "--score",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="say how close the model comes to the translations in a bilingual file (TMX, TSV, CSV, PO), or "
        "in two texts of as many lines",
    )
    translate.add_argument(
        "-o", "--output", metavar="FILE", help="write a document here, or into this folder"
    )
    translate.add_argument("--bilingual", action="store_true", help="of a document both languages")
    translate.add_argument("--glossary", type=Path, metavar="FILE", help="terms to be kept to (CSV, TBX)")
    translate.add_argument("--beams", type=int, choices=range(1, 9), default=1, metavar="N", help="1 to 8")
    translate.add_argument("--script", choices=("Hans", "Hant"), default="", help="of Chinese")
    translate.add_argument("--address", choices=("ni", "nin"), default="", help="how Chinese says “you”")
    translate.add_argument(
        "--json", action="store_true", help="one JSON object for each line, or the document"
    )


def _add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    models = commands.add_parser("models", help="list, get, import, remove or check models")
    models.set_defaults(command="models")
    _add_data_dir(models, argparse.SUPPRESS)
    actions = models.add_subparsers(metavar="ACTION", required=True)

    def add(action: str, words: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(action, help=words)
        parser.set_defaults(action=action)
        _add_data_dir(parser, argparse.SUPPRESS)
        parser.add_argument("--json", action="store_true", help="one JSON object")
        return parser

    listing = add("list", "what is installed")
    listing.add_argument("--available", action="store_true", help="what the catalogue has instead")
    get = add("get", "download a model")
    get.add_argument("id", help="MODEL/VARIANT of the catalogue, or hub:owner/name[@revision][:file]")
    get.add_argument("--variant", default="", metavar="NAME", help="which form of it")
    get.add_argument("--accept-licence", action="store_true", help="you have read its licence and accept it")
    importing = add("import", "take a model that is on this computer")
    importing.add_argument("path", type=Path, help="a GGUF file, a folder with safetensors, or an adapter")
    importing.add_argument("--link", action="store_true", help="leave it where it is")
    add("remove", "give its space back").add_argument("id", help="as list shows it")
    add("verify", "look at every byte").add_argument("id", nargs="?", help="one of them instead of all")


def sampling_from(arguments: argparse.Namespace) -> Sampling:
    """The preset with what was given beside it. Raises ValueError with the limits in words."""
    preset = PRESETS[arguments.preset]
    values = {f.name: getattr(preset, f.name) for f in fields(Sampling)}
    for name in values:
        given = getattr(arguments, name, None)
        if given is not None:
            values[name] = tuple(given) if name == "stop" else given
    return Sampling(**values)
