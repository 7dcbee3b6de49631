# For the suites in other languages: builds the server (or takes TENURE_BIN), starts it, and stops it however the suite ends.
# A run.sh sets `suite_name`, sources this, calls `start_server`, then `suite` for each part, and `finish`.

READY_WITHIN_SECS=60
STOPPED_WITHIN_SECS=15
repository=$(realpath -e "$(dirname "${BASH_SOURCE[0]}")/..")

say() { printf '\n== %s\n' "$*"; }
fail() {
    printf '%s: %s\n' "$suite_name" "$*" >&2
    exit 1
}

# The binary, built once unless it is given.
binary() {
    if [[ -n ${TENURE_BIN:-} ]]; then
        realpath -e "$TENURE_BIN" || fail "TENURE_BIN names no file: $TENURE_BIN"
        return
    fi
    cd "$repository"
    cargo build --package tenure >&2 || fail 'the server does not build'
    cargo metadata --no-deps --format-version 1 |
        node -p 'JSON.parse(require("node:fs").readFileSync(0)).target_directory + "/debug/tenure"'
}

# Starts the server on a free port with an empty data directory and a virtual clock, and waits until it says that it is
# ready; what it says is in TENURE_READY.
start_server() {
    local tenure
    tenure=$(binary)
    export TENURE_BIN=$tenure
    "$tenure" dev --json --data-dir "$scratch/data" --listen 127.0.0.1:0 --console-listen 127.0.0.1:0 --virtual-clock \
        >"$scratch/ready.json" 2>"$scratch/server.log" &
    server=$!
    for ((i = 0; i < READY_WITHIN_SECS * 10; i++)); do
        [[ -s $scratch/ready.json ]] && read -r TENURE_READY <"$scratch/ready.json" && export TENURE_READY && return
        kill -0 "$server" 2>/dev/null || fail 'the server ended before it was ready'
        sleep 0.1
    done
    fail "the server was not ready within $READY_WITHIN_SECS s"
}

# Asks the server to stop, and makes it after a while. Fails if it had to be made, or ended badly.
stop() {
    local ended=0
    kill -TERM "$server" 2>/dev/null || true
    for ((i = 0; i < STOPPED_WITHIN_SECS * 10; i++)); do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" || ended=$?
    server=
    return "$ended"
}

# However the suite ends, the server does too; what it logged is shown when something went wrong.
clean_up() {
    local status=$?
    if [[ -n $server ]] && ! stop && ((status == 0)); then
        echo "$suite_name: the server did not end well" >&2
        status=1
    fi
    if ((status != 0)) && [[ -s $scratch/server.log ]]; then
        say 'the end of the log of the server' >&2
        tail -n 40 "$scratch/server.log" >&2
    fi
    rm -rf "$scratch"
    exit "$status"
}

failed=()
suite() {
    local name=$1
    shift
    say "$name"
    "$@" || failed+=("$name")
}

# Fails if a part did; else says what is proven.
finish() {
    ((${#failed[@]} == 0)) || fail "failed: ${failed[*]}"
    say "$1"
}

scratch=$(mktemp -d)
server=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The server is on this machine: no proxy stands between.
export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1
