#!/usr/bin/env bash
# The example against the real server, driven as by a browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name='example on FastAPI'
source ../drive.sh

[[ -x .venv/bin/python ]] || fail '.venv is missing: run `cargo xtask setup`'
drive .venv/bin/python app.py
