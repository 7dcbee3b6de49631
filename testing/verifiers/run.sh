#!/usr/bin/env bash
# Three services, each with another verifier, beside one real server that rotates keys, ends sessions, is killed and comes back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name=verifiers
source ../server.sh

sdk=$repository/sdk
[[ -d $sdk/js/node_modules && -x $sdk/python/.venv/bin/python ]] || fail 'node_modules or .venv is missing: run `cargo xtask setup`'
TENURE_BIN=$(binary)
export TENURE_BIN
(cd "$repository" && cargo build --package tenure-verify --example service)
(cd "$sdk/js" && npm --silent run build)
export PYTHONPATH=$sdk/python/src

suite 'all three' node --test --test-timeout=120000 --test-reporter=spec verifiers.test.js

finish 'the verifiers agree with the server and with each other'
