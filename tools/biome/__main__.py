"""The command line of `tools.biome`."""

import sys

from tools.biome import main

sys.exit(main(sys.argv[1:]))
