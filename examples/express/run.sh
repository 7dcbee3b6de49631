#!/usr/bin/env bash
# The example against the real server, driven as by a browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name='example on Express'
source ../drive.sh

[[ -d node_modules && -d ../../sdk/js/node_modules ]] || fail 'node_modules is missing: run `cargo xtask setup`'
npm --silent --prefix ../../sdk/js run build
drive node app.js
