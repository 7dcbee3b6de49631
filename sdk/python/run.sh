#!/usr/bin/env bash
# The Python verifier: its style, its types, its tests, and the running server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name=sdk/python
source ../../testing/server.sh

[[ -x .venv/bin/python ]] || fail '.venv is missing: run `cargo xtask setup`'
start_server

suite 'format' .venv/bin/python -m ruff format --check .
suite 'lint' .venv/bin/python -m ruff check .
suite 'types' .venv/bin/python -m mypy
suite 'tests' .venv/bin/python -m pytest

finish 'the Python verifier holds what its reference says'
