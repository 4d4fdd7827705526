"""docs/guarantees.md names mechanisms and proofs that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (G\d+) \| (.+) \|$", (ROOT / "docs" / "guarantees.md").read_text("utf-8"), re.MULTILINE
)
NAMED = re.compile(r"`((?:consult|web)/[\w./]+)`(?: `([\w.]+)`)?")
PROOF = re.compile(r"`(tests/[\w./]+)`")


def test_every_promise_has_its_row() -> None:
    assert [number for number, _ in ROWS] == [f"G{number}" for number in range(1, 19)]


@pytest.mark.parametrize(("number", "row"), ROWS, ids=[number for number, _ in ROWS])
def test_its_mechanisms_and_proofs_exist(number: str, row: str) -> None:
    mechanisms, proofs = NAMED.findall(row), PROOF.findall(row)
    assert mechanisms and proofs
    for path, name in mechanisms:
        assert (ROOT / path).is_file(), path
        if name:
            assert name in _names(ROOT / path), f"{path}: {name}"
    for path in proofs:
        assert re.search(
            r"^(?:export )?(?:async )?(?:def|function) test_", (ROOT / path).read_text("utf-8"), re.M
        )


def _names(path: Path) -> set[str]:
    """Functions and classes of a module, methods as `Class.method`."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, kinds):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, kinds)}
    return found
