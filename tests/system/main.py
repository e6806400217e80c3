"""Prepares the namespace that `run` has entered, then runs the test modules beside this file."""

import sys
import unittest
from pathlib import Path

import namespace


def main() -> None:
    namespace.prepare()
    here = Path(__file__).parent
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not names:
        names = sorted(path.stem for path in here.glob("test_*.py"))
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    unittest.main(module=None, argv=["system", *options, *names])


if __name__ == "__main__":
    main()
