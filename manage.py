#!/usr/bin/env python
"""Django's command line, and `up`, which starts what Django's settings need."""

import os
import sys

from django.core.management import execute_from_command_line

from socialcommerce.embedded import launcher


def main(arguments: list[str]) -> int:
    """The exit status of the command."""
    if arguments[1:] == ["up"]:
        # Without Django's settings: they name services that are not running yet.
        return launcher.main()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcommerce.settings")
    execute_from_command_line(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
