"""What was left out of a run is said where nobody can overlook it, also when several workers run."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_calls_over_networks_that_cannot_be_made_are_named_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.geteuid = lambda: 1000\n")
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "-p",
            "no:cacheprovider",
            "tests/network/test_calls.py",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    last = found.stdout[found.stdout.index("NOT PROVEN") :]
    assert "Calls over bad networks were NOT tried" in last
