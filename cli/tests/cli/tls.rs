//! TLS of our own: what an outsider sees, a renewal, and certificates that cannot be used.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::support::dev::text;
use crate::support::process::{Done, Server, run};
use crate::support::production::Production;

/// A production server behind its own certificate for `localhost`.
struct Secure {
    production: Production,
}

impl Secure {
    fn new() -> Self {
        let production = Production::new();
        run(production.command(&["migrate"]));
        production.make_ring();
        let this = Self { production };
        this.renew();
        this.configure(&format!("cert = '{}'\nkey = '{}'\n", text(&this.cert()), text(&this.key())));
        this
    }

    fn configure(&self, tls: &str) {
        let url = format!("https://localhost:{}", self.production.port);
        self.production.configure(&url, &format!("[tls]\n{tls}"));
    }

    fn cert(&self) -> PathBuf {
        self.production.folder.beside("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.production.folder.beside("key.pem")
    }

    /// Makes a new certificate with a new key, which vouches for itself.
    fn renew(&self) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(self.cert(), made.cert.pem()).expect("a file");
        fs::write(self.key(), made.signing_key.serialize_pem()).expect("a file");
    }

    fn start(&self) -> Server {
        let server = Server::spawn(self.production.command(&["serve"]), &self.production.folder.log());
        let ready = (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            self.production.folder.command(&["health"]).code == Some(0)
        });
        assert!(ready, "it does not serve: {}", server.log());
        server
    }

    /// What `doctor` says to one who believes the certificate in `authority`.
    fn doctor(&self, authority: &PathBuf) -> Done {
        let mut command = self.production.command(&["doctor", "--json"]);
        command.env("SSL_CERT_FILE", authority);
        run(command)
    }

    fn is_believed_by(&self, authority: &PathBuf) -> bool {
        let done = self.doctor(authority);
        let report: Value = serde_json::from_str(&done.stdout).expect("JSON");
        report["healthy"] == true
    }
}

#[test]
fn an_outsider_reaches_the_issuer_and_believes_it() {
    let secure = Secure::new();
    let mut server = secure.start();
    let folder = &secure.production.folder;
    folder.command(&["app", "create", "Shop", "--id", "shop", "--json"]).json();
    let report = secure.doctor(&secure.cert()).json();
    assert_eq!(report["healthy"], true, "{report:#}");
    assert_eq!(report["checks"][1]["state"], "ok", "{report:#}");
    // Commands of another machine come in this way, too.
    let url = format!("https://localhost:{}", secure.production.port);
    let mut command = crate::support::process::tenure(&["health", "--server", &url]);
    command.env("SSL_CERT_FILE", secure.cert());
    assert_eq!(run(command).stdout, "The server can serve.\n");

    // A stranger's authority does not vouch for it.
    let own = fs::read(secure.cert()).expect("a certificate");
    secure.renew();
    let stranger = folder.beside("stranger.pem");
    fs::copy(secure.cert(), &stranger).expect("a copy");
    fs::write(secure.cert(), own).expect("a file");
    let done = secure.doctor(&stranger);
    assert!(
        done.stdout.contains("the public address is not reached") && done.stdout.contains("certificate"),
        "{done:?}"
    );
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn a_renewed_certificate_is_taken_over_and_a_broken_one_is_not() {
    let secure = Secure::new();
    let mut server = secure.start();
    secure.production.folder.command(&["app", "create", "Shop", "--id", "shop", "--json"]).json();
    let first = secure.production.folder.beside("first.pem");
    fs::copy(secure.cert(), &first).expect("a copy");
    assert!(secure.is_believed_by(&first));
    secure.renew();
    server.signal("HUP");
    let taken_over = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(25));
        secure.is_believed_by(&secure.cert())
    });
    assert!(taken_over && !secure.is_believed_by(&first), "the old one is still in use");
    let second = secure.production.folder.beside("second.pem");
    fs::copy(secure.cert(), &second).expect("a copy");
    fs::write(secure.key(), "half of a").expect("a file");
    server.signal("HUP");
    let said = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(25));
        server.log().contains("the certificate was not taken over")
    });
    assert!(said && secure.is_believed_by(&second), "{}", server.log());
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn peers_that_stall_or_speak_in_the_clear_hold_up_nobody() {
    let secure = Secure::new();
    let mut server = secure.start();
    secure.production.folder.command(&["app", "create", "Shop", "--id", "shop", "--json"]).json();
    let connect = || TcpStream::connect(("127.0.0.1", secure.production.port)).expect("a connection");
    let silent: Vec<_> = (0..50).map(|_| connect()).collect();
    let mut clear = connect();
    clear.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    clear.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    let _ = clear.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("live"), "it was answered in the clear");
    assert!(secure.is_believed_by(&secure.cert()), "others are served meanwhile");
    // Nor do they hold up the end: they have sent no request.
    assert_eq!(server.terminate().code(), Some(0));
    assert!(!server.log().contains("still running when the time to drain was over"), "{}", server.log());
    drop(silent);
}

#[test]
fn what_cannot_be_used_is_refused_at_start() {
    let secure = Secure::new();
    let refusal = |says: &str| {
        let done = run(secure.production.command(&["serve"]));
        assert!(done.refusal(1).contains(says), "{done:?}");
    };
    let key = fs::read_to_string(secure.key()).expect("a key");
    secure.renew();
    fs::write(secure.key(), &key).expect("a file");
    refusal("cert.pem");
    fs::write(secure.cert(), "no certificate").expect("a file");
    refusal("cert.pem: holds no certificate in PEM");
    fs::remove_file(secure.cert()).expect("a file");
    refusal("cert.pem");
    secure.configure(&format!("cert = '{}'\n", text(&secure.cert())));
    refusal("tls: needs both cert and key");
}
