#!/usr/bin/env bash
# The example against the real server, driven as by a browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name='example on axum'
source ../drive.sh

cargo build --target-dir ../../target --locked
drive ../../target/debug/tenure-example-axum
