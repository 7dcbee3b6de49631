#!/usr/bin/env bash
# Requests made up from the OpenAPI document, against the real server. EXAMPLES=1000 asks each operation that often.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
suite_name=schemathesis
source ../server.sh

[[ -x .venv/bin/st ]] || fail '.venv is missing: run `cargo xtask setup`'
start_server
url=$(.venv/bin/python -c 'import json, os; print(json.loads(os.environ["TENURE_READY"])["url"])')
TENURE_API_KEY=$(.venv/bin/python -c 'import json, os; print(json.loads(os.environ["TENURE_READY"])["api_key"])')
export TENURE_API_KEY

ask() {
    .venv/bin/st --config-file schemathesis.toml run "$url/openapi.json" --url "$url" --no-color \
        --max-examples "${EXAMPLES:-20}" --generation-database none --report-dir "$scratch/report" "$@"
}

# The clock comes last: it takes every session along.
suite 'every operation' ask --exclude-path /dev/clock
suite 'the clock' ask --include-path /dev/clock

finish 'every answer is one that the document describes'
