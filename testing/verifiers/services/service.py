"""As verify/examples/service.rs, with the verifier in Python and the standard library's server."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tenure_verify import Policy, Verifier, VerifyError

POLICIES = {"/me": Policy(), "/sure": Policy(on_stale="deny")}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        try:
            session = verifier.authenticate(self.headers.get_all("Authorization", []), POLICIES[self.path])
            self.answer(200, {}, session.user_id.encode())
        except VerifyError as error:
            self.answer(error.status, error.headers, json.dumps(error.body).encode())

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


with Verifier.from_env() as verifier, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
