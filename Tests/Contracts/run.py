"""Runs every test of the contracts and ends with how many of them passed."""

import sys
from pathlib import Path

import pytest


class Count:
    passed = total = 0

    def pytest_runtest_logreport(self, report):
        # A test that fails in its setup has no call.
        if report.when == "call" or report.failed:
            self.total += 1
            self.passed += report.passed


def main() -> int:
    count = Count()
    status = pytest.main(["-q", str(Path(__file__).parent), *sys.argv[1:]], plugins=[count])
    print(f"conformance-contracts: {count.passed}/{count.total}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
