//! Planting: what is sent to a server, where it belongs and where it does not, and what comes back.

use serde_json::json;

use super::needles::Needles;
use crate::support::ask::{Answer, ask, ask_as};
use crate::support::dev::{Dev, Tokens, tokens};
use crate::support::random::{Random, fresh_seed};

const TOKEN_SECRET: std::ops::Range<usize> = 21..53;

/// Sends secrets, and keeps what no secret may be in.
pub struct Planter<'a> {
    dev: &'a Dev,
    random: Random,
    needles: Needles,
    seen: Vec<(String, Vec<u8>)>,
}

impl<'a> Planter<'a> {
    pub fn new(dev: &'a Dev) -> Self {
        let mut this =
            Self { dev, random: Random::new(fresh_seed()), needles: Needles::default(), seen: Vec::new() };
        this.api_key("the development key", dev.api_key());
        this
    }

    /// What was planted, and every answer that may not hold any of it.
    pub fn into_parts(self) -> (Needles, Vec<(String, Vec<u8>)>) {
        (self.needles, self.seen)
    }

    /// An answer that may not hold a secret.
    pub fn keep(&mut self, what: &str, answer: &Answer) {
        self.keep_text(
            &format!("the answer {} to {what}", answer.status),
            &format!("{}\n{}", answer.head, answer.body),
        );
    }

    pub fn keep_text(&mut self, what: &str, text: &str) {
        self.seen.push((what.to_owned(), text.as_bytes().to_vec()));
    }

    fn api_key(&mut self, name: &str, key: &str) {
        // Behind the public id, which is the first nine bytes.
        let secret = &key["tk_".len() + 12..];
        self.needles.add(name, key.as_bytes());
        self.needles.add_base64url(name, secret);
    }

    fn tokens(&mut self, answer: &Answer) -> Tokens {
        let issued = tokens(answer);
        let body = issued.refresh.strip_prefix("tr1_").expect("a refresh token");
        let bytes = <base64ct::Base64UrlUnpadded as base64ct::Encoding>::decode_vec(body).expect("base64url");
        self.needles.add("a refresh token", issued.refresh.as_bytes());
        self.needles.add_base64url("a refresh token's body", body);
        self.needles.add("a refresh token's secret", &bytes[TOKEN_SECRET]);
        let signature = issued.auth.rsplit('.').next().expect("a signature");
        self.needles.add("an auth token", issued.auth.as_bytes());
        self.needles.add_base64url("an auth token's signature", signature);
        // Beside the tokens, such an answer holds no secret.
        let mut rest = answer.clone();
        rest.body = rest.body.replace(&issued.refresh, "").replace(&issued.auth, "");
        self.keep("a refresh", &rest);
        issued
    }

    fn open(&mut self, app: &str) -> Tokens {
        let bearer = format!("Bearer {}", self.dev.api_key());
        let body =
            json!({"user_id": "ann", "device": {"name": "phone"}, "claims": {"plan": "pro"}}).to_string();
        let path = format!("/v1/apps/{app}/sessions");
        let answer =
            ask(self.dev.port, "POST", &path, &[("Authorization", &bearer)], &body).expect("an answer");
        self.tokens(&answer.expect(201))
    }

    fn key(&mut self) -> String {
        let key = self.random.key();
        self.needles.add("an Idempotency-Key", key.as_bytes());
        key
    }

    /// Opens, refreshes, replays, reuse, sign-outs.
    pub fn sessions(&mut self) {
        for n in 0..10 {
            let first = self.open("demo");
            let key = self.key();
            let second = self.tokens(&self.dev.refresh_with(&first.refresh, &key).expect(200));
            let again = self.tokens(&self.dev.refresh_with(&first.refresh, &key).expect(200));
            assert_eq!(second.refresh, again.refresh);
            let third = self.tokens(&self.dev.refresh(&second.refresh).expect(200));
            let last = match n % 3 {
                0 => self.dev.refresh(&first.refresh).expect(401),
                1 => self.dev.sign_out(&third.refresh).expect(200),
                _ => self
                    .dev
                    .ask("DELETE", &format!("/tokens?refresh_token={}", third.refresh), &[], "")
                    .expect(200),
            };
            self.keep("the end of a session", &last);
            let over = self.dev.refresh(&third.refresh).expect(401);
            self.keep("a refresh after the end", &over);
        }
    }

    /// Session tokens: exchanged, replaced, asked about, presented where they do not belong, revoked.
    pub fn session_tokens(&mut self) {
        for _ in 0..3 {
            let auth = self.open("demo").auth;
            let (first, second) = (self.exchange(&auth), self.exchange(&auth));
            let bearer = format!("Bearer {}", self.dev.api_key());
            let form = ("Content-Type", "application/x-www-form-urlencoded");
            for token in [&first, &second] {
                let body = format!("token={token}");
                let said =
                    self.dev.ask("POST", "/oauth/introspect", &[form, ("Authorization", &bearer)], &body);
                assert_eq!(said.body.contains("true"), *token == second);
                self.keep("introspection", &said.expect(200));
                let as_refresh = self.dev.refresh(token).expect(401);
                self.keep("a refresh with a session token", &as_refresh);
                let user = format!("Bearer {token}");
                let own = self.dev.ask("GET", "/me/sessions", &[("Authorization", &user)], "").expect(401);
                self.keep("own sessions with a session token", &own);
            }
            let revoked = self.dev.ask("POST", "/oauth/revoke", &[form], &format!("token={second}"));
            self.keep("a revocation", &revoked.expect(200));
        }
    }

    fn exchange(&mut self, auth: &str) -> String {
        let bearer = format!("Bearer {}", self.dev.api_key());
        let headers =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", bearer.as_str())];
        let urn = "urn:ietf:params:oauth";
        let body = format!(
            "grant_type={urn}:grant-type:token-exchange&subject_token={auth}&subject_token_type={urn}:token-type:jwt"
        );
        let answer = self.dev.ask("POST", "/oauth/token", &headers, &body).expect(200);
        let token = answer.json()["access_token"].as_str().expect("a session token").to_owned();
        let body = token.strip_prefix("ts1_").expect("a session token");
        let bytes = <base64ct::Base64UrlUnpadded as base64ct::Encoding>::decode_vec(body).expect("base64url");
        self.needles.add("a session token", token.as_bytes());
        self.needles.add_base64url("a session token's body", body);
        self.needles.add("a session token's secret", &bytes[TOKEN_SECRET]);
        token
    }

    /// Live credentials where they do not belong.
    pub fn odd_places(&mut self) {
        let live = self.open("demo");
        let key = self.key();
        let api_key = self.dev.api_key().to_owned();
        let bearer = format!("Bearer {api_key}");
        for secret in [live.refresh.as_str(), live.auth.as_str(), key.as_str(), api_key.as_str()] {
            self.in_paths(secret, &bearer);
            self.in_headers(secret, secret == key);
            self.in_bodies(secret, &bearer);
        }
        self.tokens(&self.dev.refresh(&live.refresh).expect(200));
    }

    fn in_paths(&mut self, secret: &str, bearer: &str) {
        let paths = [
            format!("/{secret}"),
            format!("/v1/apps/{secret}"),
            format!("/v1/apps/{secret}/tokens"),
            format!("/v1/apps/demo/{secret}"),
            format!("/v1/apps/demo/tokens/{secret}"),
            format!("/v1/apps/demo/tokens?refresh_token={secret}"),
            format!("/v1/apps/demo/sessions/{secret}"),
            format!("/v1/apps/demo/sessions?cursor={secret}"),
            format!("/v1/apps/demo/sessions?{secret}=1"),
            format!("/v1/apps/demo/users/{secret}/tokens"),
            format!("/v1/apps/demo/api-keys/{secret}"),
            format!("/v1/apps/demo/oauth/token?refresh_token={secret}"),
            format!("/.well-known/oauth-authorization-server/v1/apps/{secret}"),
        ];
        for path in paths {
            for method in ["GET", "POST", "DELETE", "PATCH"] {
                // Deleting by the query is how old clients sign out, and GET may list what the others change.
                // A user's id is the app's word, and is kept.
                if method == "DELETE" && (path.contains("refresh_token=") || path.contains("/users/")) {
                    continue;
                }
                for headers in [&[][..], &[("Authorization", bearer)]] {
                    let answer = ask(self.dev.port, method, &path, headers, "").expect("an answer");
                    self.keep(&format!("{method} of a path"), &answer);
                }
            }
        }
    }

    fn in_headers(&mut self, secret: &str, looks_like_an_id: bool) {
        let names = [
            "Authorization",
            "X-Request-Id",
            "Cookie",
            "User-Agent",
            "Origin",
            "Referer",
            "Tenure-Activity",
            "Tenure-Seq",
            "Content-Type",
            "If-Match",
            "Passage-Version",
            "X-Forwarded-For",
            "traceparent",
        ];
        for name in names.into_iter().filter(|name| !(looks_like_an_id && *name == "X-Request-Id")) {
            for value in [secret.to_owned(), format!("Bearer {secret}"), format!("a={secret}; b")] {
                for (method, path) in [
                    ("POST", "/tokens"),
                    ("GET", "/sessions"),
                    ("POST", "/oauth/token"),
                    ("OPTIONS", "/tokens"),
                ] {
                    let answer = self.dev.ask(method, path, &[(name, &value)], "{\"refresh_token\": 1}");
                    // The development key is a good one where it belongs: sessions are listed then.
                    self.keep(&format!("{method} {path} with {name}"), &answer);
                }
            }
        }
        let answer = ask_as(self.dev.port, secret, "GET", "/v1/apps/demo", "").expect("an answer");
        self.keep("a name of the host", &answer);
        let answer = ask_as(self.dev.port, secret, "POST", "/dev/clock", "{\"advance_seconds\": 1}")
            .expect("an answer");
        self.keep("the clock", &answer);
    }

    fn in_bodies(&mut self, secret: &str, bearer: &str) {
        let quoted = format!("\"{secret}\"");
        let shapes = [
            quoted.clone(),
            secret.to_owned(),
            format!("{{\"refresh_token\": [{quoted}]}}"),
            format!("{{\"refresh_token\": {{\"a\": {quoted}}}}}"),
            format!("{{\"refresh_token\": {secret}}}"),
            format!("{{\"refresh_token\": \"x{secret}\"}}"),
            format!("{{\"refresh_token\": \"{secret}x\"}}"),
            format!("{{\"user_id\": [{quoted}]}}"),
            format!("{{\"name\": {{\"x\": {quoted}}}, \"role\": {quoted}}}"),
            format!("{{\"name\": \"n\", \"role\": {quoted}}}"),
            format!("{{\"refresh_tokens\": {quoted}, \"preset\": {quoted}}}"),
            format!("{{\"filter\": {{\"status\": {quoted}}}}}"),
            format!("{{\"seconds\": {quoted}}}"),
            format!("{{\"id\": \"{secret}!\", \"name\": \"n\"}}"),
        ];
        let places = [
            "/tokens",
            "/sessions",
            "/sessions/end",
            "/api-keys",
            "/session-settings",
            "/../../recovery",
            "/../../apps",
        ];
        for shape in &shapes {
            for place in places {
                let place = place
                    .strip_prefix("/../..")
                    .map_or_else(|| format!("/v1/apps/demo{place}"), |rest| format!("/v1{rest}"));
                for method in ["POST", "PUT", "PATCH"] {
                    // A refresh with the live token itself comes last.
                    let headers = [("Authorization", bearer)];
                    let answer = ask(self.dev.port, method, &place, &headers, shape).expect("an answer");
                    assert!(answer.status >= 400, "{method} {place} {shape}: {answer:?}");
                    self.keep(&format!("{method} {place} with an odd body"), &answer);
                }
            }
        }
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let forms = [
            format!("grant_type={secret}"),
            format!("grant_type=refresh_token&client_id={secret}&refresh_token={secret}"),
            format!("grant_type=refresh_token&refresh_token={secret}&refresh_token={secret}"),
            format!("grant_type=refresh_token&client_id=demo&refresh_token=x{secret}"),
            format!("grant_type=refresh_token&client_secret={secret}&client_id=demo&refresh_token=x"),
            format!("{secret}={secret}"),
            format!("token={secret}x&token_type_hint={secret}"),
        ];
        for body in &forms {
            for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
                let answer = self.dev.ask("POST", path, &form, body);
                self.keep(&format!("POST {path} with an odd form"), &answer);
            }
        }
    }

    /// API keys right and wrong, and settings.
    pub fn keys_and_settings(&mut self) {
        for role in ["admin", "backend", "verify"] {
            let body = json!({"name": "a key", "role": role}).to_string();
            let made = self.dev.manage("POST", "/api-keys", &body).expect(201).json();
            let key = made["api_key"].as_str().expect("a key").to_owned();
            self.api_key(role, &key);
            let wrong = format!("{}{}", &key[..key.len() - 1], if key.ends_with('A') { 'B' } else { 'A' });
            for text in [&key, &wrong] {
                for path in ["/sessions", "/api-keys", "/session-settings", "/signing-keys"] {
                    let answer =
                        self.dev.ask("GET", path, &[("Authorization", &format!("Bearer {text}"))], "");
                    self.keep(&format!("GET {path}"), &answer);
                }
            }
            let id = made["id"].as_str().expect("an id");
            let revoked = self.dev.manage("DELETE", &format!("/api-keys/{id}"), "");
            self.keep("revoking", &revoked);
            let refused =
                self.dev.ask("GET", "/sessions", &[("Authorization", &format!("Bearer {key}"))], "");
            self.keep("a revoked key", &refused.expect(401));
        }
        for settings in ["{\"retry_leeway\": 10}", "{\"retry_leeway\": -1}", "{\"unheard_of\": 1}"] {
            let answer = self.dev.manage("PUT", "/session-settings", settings);
            self.keep("settings", &answer);
        }
    }

    /// A webhook whose receiver is not there, with two secrets.
    pub fn webhooks(&mut self) {
        let body = json!({"url": "http://127.0.0.1:4318/"}).to_string();
        let made = self.dev.manage("POST", "/webhooks", &body).expect(201).json();
        let at = format!("/webhooks/{}", made["id"].as_str().expect("an id"));
        let rotated = self.dev.manage("POST", &format!("{at}/secret"), "{}").expect(200).json();
        for webhook in [&made, &rotated] {
            let secret =
                webhook["secret"].as_str().and_then(|text| text.strip_prefix("whsec_")).expect("a secret");
            let bytes = <base64ct::Base64 as base64ct::Encoding>::decode_vec(secret).expect("base64");
            self.needles.add("a webhook's secret", &bytes);
        }
        let tested = self.dev.manage("POST", &format!("{at}/test"), "").expect(200);
        assert_eq!(tested.json()["delivered"], false);
        self.keep("a test of a webhook", &tested);
        let session = self.open("demo");
        let ended = self.dev.sign_out(&session.refresh).expect(200);
        self.keep("the end of a session", &ended);
        let events = self.dev.manage("GET", "/events", "").expect(200);
        self.keep("events", &events);
        self.dev.manage("PATCH", &at, "{\"enabled\": false}").expect(200);
    }

    /// An app for each algorithm, with sessions; all that is said of its keys.
    pub fn every_algorithm(&mut self) {
        let bearer = format!("Bearer {}", self.dev.api_key());
        for alg in ["ES256", "EdDSA", "RS256"] {
            let app = format!("app-{alg}");
            let call = |method: &str, path: &str, body: &str| {
                ask(self.dev.port, method, path, &[("Authorization", &bearer)], body).expect("an answer")
            };
            call("POST", "/v1/apps", &json!({"id": app, "name": alg}).to_string()).expect(201);
            let settings = json!({"refresh_tokens": true, "signing_alg": alg}).to_string();
            call("PUT", &format!("/v1/apps/{app}/session-settings"), &settings).expect(200);
            let shown: Vec<_> = [
                "",
                "/signing-keys",
                "/session-settings",
                "/.well-known/jwks.json",
                "/.well-known/openid-configuration",
            ]
            .map(|path| (path, call("GET", &format!("/v1/apps/{app}{path}"), "").expect(200)))
            .into_iter()
            .collect();
            for (path, answer) in shown {
                self.keep(&format!("GET {path} of an app"), &answer);
            }
            let open = self.open(&app);
            let body = json!({"refresh_token": open.refresh}).to_string();
            let next =
                ask(self.dev.port, "POST", &format!("/v1/apps/{app}/tokens"), &[], &body).expect("an answer");
            self.tokens(&next.expect(200));
        }
    }
}
