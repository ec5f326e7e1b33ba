"""Sessions of ONNX Runtime: what it would do on its own account."""

import os
import subprocess
import sys
from pathlib import Path


def test_no_report_of_what_is_run_is_made(tmp_path: Path) -> None:
    # Reports wait in files of the user's before they are sent. ONNX Runtime makes none where it finds itself
    # tested, hence an environment without the names that tell it.
    home = {name: str(tmp_path) for name in ("HOME", "TMPDIR")}
    paths = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = "import roleclass; print(roleclass.predict('Bakes bread.').reason)"
    done = subprocess.run(
        [sys.executable, "-c", answer],
        env=paths | home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "too few words\n"
    assert [path.name for path in tmp_path.rglob("*")] == []
