"""`python -m hankelod`."""

import sys

from hankelod.cli import main

sys.exit(main())
