"""Make the databases of this version for the tests of later upgrades; see tests/releases/README.md.

.venv/bin/python -m tools.release_database [FOLDER]
"""

import sys
from pathlib import Path

from tests.releases import keep

FOLDER = Path(keep.__file__).parent

if __name__ == "__main__":
    keep.main(Path(*sys.argv[1:] or (FOLDER,)))
