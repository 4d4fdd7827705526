"""Figures with the target each is to reach, as one table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `reached` is None where there is no target."""

    bench: str
    what: str
    measured: str
    target: str = ""
    reached: bool | None = None


def table(figures: Iterable[Figure]) -> str:
    """The figures in aligned columns, as Markdown."""
    rows = [("bench", "figure", "target", "measured", "reached")]
    rows += [(one.bench, one.what, one.target, one.measured, _word(one.reached)) for one in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def at_least(bench: str, what: str, values: Sequence[float], target: float, unit: str) -> Figure:
    """A figure that reaches its target from above; the values are those of the rounds."""
    return Figure(bench, what, spread(values, unit), f"at least {target:g}{unit}", median(values) >= target)


def at_most(bench: str, what: str, values: Sequence[float], target: float, unit: str) -> Figure:
    """A figure that reaches its target from below."""
    return Figure(bench, what, spread(values, unit), f"at most {target:g}{unit}", median(values) <= target)


def plain(bench: str, what: str, values: Sequence[float], unit: str) -> Figure:
    """A figure without a target."""
    return Figure(bench, what, spread(values, unit))


def spread(values: Sequence[float], unit: str) -> str:
    """Median, and the least and most of the rounds."""
    if len(values) == 1:
        return f"{_short(values[0])}{unit}"
    return f"{_short(median(values))}{unit} ({_short(min(values))}-{_short(max(values))})"


def percentile(values: Sequence[float], percent: int) -> float:
    """Of at least one value."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _word(reached: bool | None) -> str:
    return "" if reached is None else "yes" if reached else "NO"
