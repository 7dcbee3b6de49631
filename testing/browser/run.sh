#!/usr/bin/env bash
# Pages in a real Chromium, against the real server. Arguments are test files, to run these alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name=browser
source ../server.sh

[[ -d node_modules ]] || fail 'node_modules is missing: run `cargo xtask setup`'
TENURE_CHROMIUM=${TENURE_CHROMIUM:-$(command -v chromium)} || fail 'chromium is missing: run `cargo xtask setup`'
export TENURE_CHROMIUM
start_server

run() { node --test --test-timeout=120000 --test-reporter=spec "$@"; }
if (($# > 0)); then
    suite 'what was asked for' run "$@"
else
    # The clock comes last, one file at a time: it takes every session along.
    suite 'pages' run tests/*.test.js
    suite 'the clock' run --test-concurrency=1 clock/*.test.js
fi

finish 'the browser agrees with the server'
