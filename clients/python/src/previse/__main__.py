"""`python -m previse`: prompts as files. See `previse --help`."""

import sys

from previse.files.cli import main

if __name__ == "__main__":
    sys.exit(main())
