#!/usr/bin/env bash
# An example against the real server, driven as by a browser: bash examples/run.sh express
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name="example ${1:?which example?}"
source ../testing/server.sh

case $1 in
express)
    [[ -d express/node_modules && -d ../sdk/js/node_modules ]] || fail 'node_modules is missing: run `cargo xtask setup`'
    npm --silent --prefix ../sdk/js run build
    command=(node express/app.js)
    ;;
axum)
    cargo build --manifest-path axum/Cargo.toml --target-dir ../target --locked
    command=(../target/debug/tenure-example-axum)
    ;;
fastapi)
    [[ -x fastapi/.venv/bin/python ]] || fail '.venv is missing: run `cargo xtask setup`'
    command=(fastapi/.venv/bin/python fastapi/app.py)
    ;;
*) fail 'there is no such example' ;;
esac
start_server

# A port that was free a moment ago.
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
suite "$1" node --test-reporter=spec drive.mjs "$port" "${command[@]}"

finish 'it keeps its users signed in, and lets nobody in whose session has ended'
