#!/usr/bin/env bash
# The verifier in JavaScript: types, tests, what would be published. Needs no server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

[[ -d node_modules ]] || { echo 'node_modules is missing: run `cargo xtask setup`' >&2; exit 1; }
npm --silent test
