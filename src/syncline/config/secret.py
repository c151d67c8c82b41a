"""Secrets: only named in the file (`vault`, `${NAME}`), never in it, and never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from syncline.config.problems import HIDDEN, Path, Report, quoted
from syncline.config.tree import Tree

VAULT = "vault"

_NAMES = re.compile(
    r"(?i)(secret|password|passwd|passphrase|token|api_?key|access_?key|private_?key|signing_?key|credentials?|pwd)$"
)
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LOGIN = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*:/{1,2}[^/\s?#]*@")
_QUERY = re.compile(r"(?i)[?&][\w.-]*(secret|password|token|key|sig|signature)=[^&\s]")
_ASSIGNED = re.compile(r"(?i)(secret|password|passwd|token|api_?key)['\"]?\s*[:=]\s*[^\s'\"{]*[0-9]")
_KNOWN_TOKENS = re.compile(
    r"shp(at|ca|pa|ss)_\w|[sr]k_(live|test)_\w|xox[abeoprs]-\w|gh[oprsu]_\w{8}|github_pat_\w|glpat-\w|pat-(na|eu|ap)\d"
    r"|\bAKIA[0-9A-Z]{12}|\bSG\.[\w-]{12}|\beyJ[\w-]{10,}\.|-----BEGIN |hooks\.slack\.com/(services|workflows)/"
)


class Secret:
    """A secret value. Whatever prints it prints `***`; only `reveal` gives it."""

    __slots__ = ("__value", "variable")

    def __init__(self, value: str, variable: str = "") -> None:
        """variable: the name of the environment's variable that it came from."""
        self.__value, self.variable = value, variable

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self.__value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.__value == self.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written to disk or to another process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: Any) -> Secret:
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        shown = core_schema.plain_serializer_function_ser_schema(str)
        return core_schema.is_instance_schema(cls, serialization=shown)


@dataclass(frozen=True)
class InVault:
    """A secret that the vault keeps for a system, put there by `syncline connect`."""

    system: str


def put_right(system: str, secret: Secret | InVault | None) -> str:
    """What a person does about a system's secret that is wrong."""
    if isinstance(secret, Secret) and secret.variable:
        return f"give {secret.variable} the right value (in .env; systems.{system}.secret in hub.yaml names it)"
    return f"syncline connect {system}"


def suspect(text: str) -> str | None:
    """Why a text anywhere in the file is taken for a secret; None: it is not."""
    if _LOGIN.search(text):
        return "an address with a user or password in it (`//user:password@`)"
    if _QUERY.search(text):
        return "an address with a secret in it"
    if _KNOWN_TOKENS.search(text) or _ASSIGNED.search(text):
        return "this looks like a secret in plain text"
    return None


def take_secrets(tree: Tree, environment: Mapping[str, str], report: Report) -> tuple[Tree, dict[Path, Any]]:
    """The tree without secrets, and what stands at their paths: Secret or InVault."""
    secrets: dict[Path, Any] = {}
    systems = tree.data.get("systems")
    for system, block in systems.items() if isinstance(systems, dict) else ():
        for key, value in block.items() if isinstance(block, dict) else ():
            path: Path = ("systems", system, key)
            if not _NAMES.search(key) or value == HIDDEN:
                continue
            found = _secret(tree, path, system, value, environment, report)
            if found is not None:
                secrets[path] = found
            elif not _is_reference(value):
                tree = tree.hidden(path)
                report.damage(path)
    return tree, secrets


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and (value == VAULT or _VARIABLE.fullmatch(value) is not None)


def _secret(
    tree: Tree, path: Path, system: str, value: Any, environment: Mapping[str, str], report: Report
) -> Secret | InVault | None:
    if value == VAULT:
        return InVault(system)
    reference = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if reference is None:
        what = "is empty" if value is None else "is a secret in plain text"
        report.add(
            tree.spot(path).value, path, f"{quoted(path[-1])} {what}", "write `vault` or `${NAME}` (the environment)"
        )
        return None
    text = variable(tree, path, reference[1], environment, report)
    return None if text is None else Secret(text, reference[1])


def variable(tree: Tree, path: Path, name: str, environment: Mapping[str, str], report: Report) -> str | None:
    """The value of an environment variable; an error names the variable and never shows a value."""
    value = environment.get(name)
    if value is None or not value.strip():
        state = "is not set" if value is None else "is empty"
        report.add(tree.spot(path).value, path, f"the environment variable {name} {state}", f"set {name}")
        report.damage(path)
        return None
    return value


def filled(tree: Tree, path: Path, text: str, environment: Mapping[str, str], report: Report) -> str | None:
    """A text with every `${NAME}` replaced; None, with problems, where one is missing."""
    found = {name: variable(tree, path, name, environment, report) for name in _VARIABLE.findall(text)}
    if any(value is None for value in found.values()):
        return None
    return _VARIABLE.sub(lambda match: found[match[1]] or "", text)
