"""The tracked record of release runs: what `docs/release-runs.md` says of each part's last run."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "release-runs.md"
HEAD = """# Release runs

The last run of each part of `scripts/test --release`, written by `scripts/test --release --record` from the
results of this machine; a part that was not run here keeps its line. What the figures prove stands in
[guarantees.md](guarantees.md).

| part | run | seeds passed | figures, all seeds together | minutes | commit | machine |
|---|---|---|---|---|---|---|
"""
Result = Mapping[str, Any]


def record(results: Iterable[Result], page: Path = PAGE) -> None:
    """Write the line of every part of which there are results; the others stay as they are."""
    lines = _lines_of(page)
    by_part: dict[str, dict[int, Result]] = {}
    for result in results:
        by_part.setdefault(result["part"], {})[result["seed"]] = result
    lines |= {part: _line(part, list(seeds.values())) for part, seeds in by_part.items()}
    page.write_text(HEAD + "".join(f"{lines[part]}\n" for part in sorted(lines)), encoding="utf-8")


def total(results: Iterable[Result]) -> str:
    """The figures of several seeds, added up; of the longest the longest, of words the last."""
    sums: Counter[str] = Counter()
    longest: dict[str, int] = {}
    words: dict[str, str] = {}
    for result in results:
        for figure, value in result["figures"].items():
            if isinstance(value, str):
                words[figure] = value
            elif figure.startswith("longest_"):
                longest[figure] = max(value, longest.get(figure, value))
            elif isinstance(value, int):
                sums[figure] += value
            elif isinstance(value, dict):
                sums.update({f"{figure} {key}": count for key, count in value.items()})
    return ", ".join(
        f"{figure} {count}" for figure, count in (*sums.items(), *longest.items(), *words.items())
    )


def _line(part: str, results: list[Result]) -> str:
    days = sorted({result["at"][:10] for result in results})
    commits = list(dict.fromkeys(result["commit"] for result in results))
    passed = sum(result["passed"] for result in results)
    cells = (
        f"`{part}`",
        days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}",
        f"{passed} of {len(results)}",
        total(results),
        f"{sum(result['seconds'] for result in results) / 60:.0f}",
        ", ".join(commits[-3:]),
        results[-1]["machine"],
    )
    return f"| {' | '.join(cells)} |"


def _lines_of(page: Path) -> dict[str, str]:
    """By part, as the page has them."""
    if not page.exists():
        return {}
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in lines}
