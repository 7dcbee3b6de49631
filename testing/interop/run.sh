#!/usr/bin/env bash
# Clients written by others, against the real server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name=interop
source ../server.sh

[[ -d node_modules && -x .venv/bin/python ]] || fail 'node_modules or .venv is missing: run `cargo xtask setup`'
# Our own verifier, as it would be published, is one of the clients.
[[ -d ../../sdk/js/node_modules ]] || fail 'node_modules of sdk/js is missing: run `cargo xtask setup`'
npm --silent --prefix ../../sdk/js run build
start_server

# The clock comes last: it takes every session along.
suite 'JavaScript' node --test --test-reporter=spec js/*.test.js
suite 'Python' .venv/bin/python -m unittest discover --verbose --start-directory python --top-level-directory python
suite 'the clock' node --test --test-reporter=spec clock/*.test.js

finish 'all clients agree with the server'
