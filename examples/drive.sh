# For the examples: a run.sh sets `suite_name`, sources this, makes its example ready, and calls `drive` with the command that starts it.

source "$(dirname "${BASH_SOURCE[0]}")/../testing/server.sh"
driver=$(realpath -e "$(dirname "${BASH_SOURCE[0]}")/drive.mjs")

# Starts a server, and the example, and uses it as a browser would.
drive() {
    start_server
    # A port that was free a moment ago.
    local port
    port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    suite "$suite_name" node --test-reporter=spec "$driver" "$port" "$@"
    finish 'it keeps its users signed in, and lets nobody in whose session has ended'
}
