"""The checked tree as one Python function.

Why this is safe although Python source is made and run: the source is put together from the fixed phrases
below and from names that are counted (`k0`, `v3`). Nothing of the user's text is ever in it: column names,
literals, patterns and functions are values in the namespace, reached by a counted name. There is no
attribute, no index, no import and no builtin in the vocabulary, and `made` reads the finished source against
that vocabulary before anything runs. A tree of closures would be as safe; it took two to five times as long.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from syncline.mapping.expression import Lookup
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_build import arithmetic_reason
from syncline.mapping.sql_errors import shortened
from syncline.mapping.sql_nodes import INFIX, NOW, Node, walk

_VOCABULARY = re.compile(
    r"(?:\b(?:[kv][0-9]+|evaluate|lookup|def|try|except|as|raise|from|return|if|else|is|not|and|or|in"
    r"|None|True|False)\b|:=|[=!<>]=|[()<>+\-:=,]|\s)*"
)


def made(root: Node, text: str) -> Callable[[Lookup], Any]:
    """A function of a row. It raises Unfit, which names the text, and nothing else of its own."""
    writer = _Writer(root)
    names = writer.namespace
    source = writer.source(writer.bound((Unfit, ArithmeticError)), writer.bound(_told(text)))
    assert _VOCABULARY.fullmatch(source), "only the phrases of this module are in the source"
    namespace: dict[str, Any] = {"__builtins__": {}, **names}
    exec(compile(source, "<expression>", "exec"), namespace)  # the one place; the reasons are at the head
    function: Callable[[Lookup], Any] = namespace["evaluate"]
    return function


def _told(text: str) -> Callable[[Exception], Unfit]:
    def told(error: Exception) -> Unfit:
        value = error.value if isinstance(error, Unfit) else None
        reason = arithmetic_reason(error) if isinstance(error, ArithmeticError) else str(error)
        return Unfit(value, f"{reason}, in `{shortened(text)}`")

    return told


class _Writer:
    """Writes one function. Every node is written once, in one of three forms: its value; a condition that
    holds where it is true; a condition that holds where it is false (NULL is neither).
    """

    def __init__(self, root: Node) -> None:
        self.namespace: dict[str, Any] = {}
        self.root = root
        self._bound: dict[int, str] = {}
        self._shared: dict[int, str] = {}
        self._locals = 0
        reads = Counter(node.value for node in walk(root) if node.op == "column")
        # A column that is read once is read where it is needed, if it is; the others once, at the start.
        self._early = {name: self.local() for name, times in reads.items() if times > 1}

    def source(self, failures: str, told: str) -> str:
        """The whole function."""
        value = self.value(self.root)
        early = "".join(f"  {local} = lookup({self.bound(name)})\n" for name, local in self._early.items())
        failed = self.local()
        return (
            f"def evaluate(lookup):\n try:\n{early}  return {value}\n"
            f" except {failures} as {failed}:\n  raise {told}({failed}) from None\n"
        )

    def local(self) -> str:
        """A new local name."""
        self._locals += 1
        return f"v{self._locals}"

    def bound(self, value: Any) -> str:
        """The name of a value in the namespace."""
        if id(value) not in self._bound:
            self._bound[id(value)] = f"k{len(self.namespace)}"
            self.namespace[self._bound[id(value)]] = value  # which also keeps it, and so its id
        return self._bound[id(value)]

    # --- the three forms ---------------------------------------------------------------------------------

    def value(self, node: Node) -> str:
        """The node's value."""
        write = _VALUES.get(node.op)
        if write is not None:
            return write(self, node)
        nulls, names = self._operands(node)
        result = self._applied(node, names)
        return f"(None if {' or '.join(f'{null} is None' for null in nulls)} else {result})" if nulls else result

    def true(self, node: Node) -> str:
        """Holds where the node is true."""
        if node.op in ("and", "or"):
            return f"({f' {node.op} '.join(map(self.true, node.args))})"
        if node.op == "not":
            return self.false(node.args[0])
        if node.op in _STRICT:
            nulls, names = self._operands(node)
            return f"({' and '.join([*(f'{null} is not None' for null in nulls), self._applied(node, names)])})"
        return self.value(node)  # neither None nor False holds

    def false(self, node: Node) -> str:
        """Holds where the node is false."""
        if node.op in ("and", "or"):
            other = " or " if node.op == "and" else " and "
            return f"({other.join(map(self.false, node.args))})"
        if node.op == "not":
            return self.true(node.args[0])
        if node.op in _STRICT:
            nulls, names = self._operands(node)
            tests = [*(f"{null} is not None" for null in nulls), f"{self._applied(node, names)} is False"]
            return f"({' and '.join(tests)})"
        return f"({self.value(node)} is False)"

    # --- strict operations: NULL where an argument is --------------------------------------------------------

    def _operands(self, node: Node) -> tuple[list[str], list[str]]:
        """What must not be NULL, in the order of evaluation, and the names of the arguments after that."""
        nulls, names = [], []
        for arg in node.args:
            written = self.value(arg)
            if not arg.nullable:
                names.append(written)
            elif written.isalnum():
                nulls.append(written)
                names.append(written)
            else:
                name = self.local()
                nulls.append(f"({name} := {written})")
                names.append(name)
        return nulls, names

    def _applied(self, node: Node, names: list[str]) -> str:
        if node.op == "infix":
            assert node.value in INFIX, "an operator of the closed set"
            return f"({f' {node.value} '.join(names)})"
        if node.op == "is in":
            return f"({names[0]} in {self.bound(node.value)})"
        return f"{self.bound(node.value)}({', '.join(names)})"

    # --- the others ------------------------------------------------------------------------------------------

    def column(self, node: Node) -> str:
        return self._early.get(node.value) or f"lookup({self.bound(node.value)})"

    def clock(self, node: Node) -> str:
        return f"{self.bound(node.value)}(lookup({self.bound(NOW)}))"

    def constant(self, node: Node) -> str:
        return str(node.value) if node.value is None or type(node.value) is bool else self.bound(node.value)

    def total(self, node: Node) -> str:
        return f"{self.bound(node.value)}({', '.join(map(self.value, node.args))})"

    def distinct(self, node: Node) -> str:
        return f"({self.value(node.args[0])} != {self.value(node.args[1])})"

    def junction(self, node: Node) -> str:
        """AND: false if a part is false, else NULL if a part is NULL; OR: the same with true."""
        decided, else_ = ("False", "True") if node.op == "and" else ("True", "False")
        tests, nulls = [], []
        for arg in node.args:
            if not arg.nullable:
                tests.append(self.false(arg) if node.op == "and" else self.true(arg))
                continue
            name = self.local()
            tests.append(f"({name} := {self.value(arg)}) is {decided}")
            nulls.append(f"{name} is None")
        unknown = f"None if {' or '.join(nulls)} else " if nulls else ""
        return f"({decided} if {' or '.join(tests)} else {unknown}{else_})"

    def negation(self, node: Node) -> str:
        (arg,) = node.args
        if not arg.nullable:
            return f"(not {self.value(arg)})"
        name = self.local()
        return f"(None if ({name} := {self.value(arg)}) is None else not {name})"

    def is_null(self, node: Node) -> str:
        return f"({self.value(node.args[0])} is None)"

    def case(self, node: Node) -> str:
        pairs = zip(node.args[:-1:2], node.args[1::2], strict=True)
        # The condition is written first because it is evaluated first: what is shared must be there by then.
        chosen = [(self.true(when), self.value(then)) for when, then in pairs]
        branches = "".join(f"{then} if {when} else " for when, then in chosen)
        return f"({branches}{self.value(node.args[-1])})"

    def first(self, node: Node) -> str:
        found: list[str] = []
        for arg in node.args:
            written = self.value(arg)
            if not arg.nullable:
                return f"({''.join(found)}{written})"
            if written.isalnum():
                found.append(f"{written} if {written} is not None else ")
            else:
                name = self.local()
                found.append(f"{name} if ({name} := {written}) is not None else ")
        return f"({''.join(found)}None)"

    def shared(self, node: Node) -> str:
        if id(node) in self._shared:
            return self._shared[id(node)]
        written = self.value(node.args[0])
        self._shared[id(node)] = self.local()
        return f"({self._shared[id(node)]} := {written})"


_STRICT = frozenset({"call", "infix", "is in"})
_VALUES: dict[str, Callable[[_Writer, Node], str]] = {
    "column": _Writer.column,
    "clock": _Writer.clock,
    "today": _Writer.clock,
    "constant": _Writer.constant,
    "total": _Writer.total,
    "distinct": _Writer.distinct,
    "and": _Writer.junction,
    "or": _Writer.junction,
    "not": _Writer.negation,
    "is null": _Writer.is_null,
    "case": _Writer.case,
    "first": _Writer.first,
    "shared": _Writer.shared,
}
