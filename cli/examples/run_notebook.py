#!/usr/bin/env python3
"""Runs the code cells of a notebook in order, as one program: run_notebook.py NOTEBOOK"""

import json
import pathlib
import sys


def main():
    """Runs the notebook that the command line names."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = pathlib.Path(sys.argv[1])
    sys.path.insert(0, str(path.parent))
    names = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{path}, cell {number}", "exec"), names)


if __name__ == "__main__":
    main()
