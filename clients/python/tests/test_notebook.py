"""The example that a data scientist would start from runs as it stands."""

import os
import subprocess
import sys

from conftest import ROOT


def test_the_notebook_runs(server):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "notebook.py")],
        env={**os.environ, "QUIVER_URI": server.uri},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "mugs no." in done.stdout
