//! Every key of the configuration, as data: for `config schema`, for suggestions, and for the reference page.

use serde_json::{Value, json};

/// A key.
pub struct Key {
    /// Its path in the file.
    pub path: &'static str,
    /// Its type in JSON Schema.
    pub kind: &'static str,
    /// Its default as TOML; `None` where it must be given.
    pub default: Option<&'static str>,
    /// What it is.
    pub help: &'static str,
    /// Never shown by `config dump`; may be read from the file that `…_FILE` names.
    pub secret: bool,
}

const fn key(
    path: &'static str,
    kind: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Key {
    Key { path, kind, default, help, secret: false }
}

/// All of them.
pub const KEYS: &[Key] = &[
    key(
        "public_url",
        "string",
        None,
        "Where clients reach this server, without a trailing slash: what issuers begin with.",
    ),
    key("listen", "array", Some("[\"127.0.0.1:7800\"]"), "Addresses to listen on."),
    key(
        "console_listen",
        "string",
        Some("\"127.0.0.1:7801\""),
        "Where the console listens, apart from everything else: an address, or none, which turns it off.",
    ),
    key(
        "console_url",
        "string",
        None,
        "Where browsers reach the console: scheme, host and port. http://localhost and the port if it is not given; must be given, and \
         be https, where others than this machine reach console_listen.",
    ),
    key(
        "store",
        "string",
        Some("\"sqlite:tenure-data/tenure.db\""),
        "Where sessions are stored: sqlite:PATH.",
    ),
    key(
        "ring_file",
        "string",
        Some("\"ring.toml\""),
        "The key ring: a file of mode 0600, apart from the store and its backups.",
    ),
    Key {
        path: "ring",
        kind: "string",
        default: None,
        help: "The key ring itself, in place of ring_file. Give it through TENURE__RING or TENURE__RING_FILE.",
        secret: true,
    },
    key("trusted_proxies", "array", Some("[]"), "Addresses of proxies whose X-Forwarded-For is believed."),
    key("worker_threads", "integer", Some("2"), "Threads that serve requests."),
    key("cached_sessions", "integer", Some("100000"), "Sessions kept in memory, about a kilobyte each."),
    key(
        "log.filter",
        "string",
        Some("\"info\""),
        "What is logged, as targets and levels: info, or tenure::http=debug,info.",
    ),
    key(
        "tls.cert",
        "string",
        None,
        "TLS of our own: the certificate and its chain, in PEM. Read again on SIGHUP. Leave it out behind a proxy.",
    ),
    key("tls.key", "string", None, "The certificate's key, in PEM."),
    key(
        "telemetry.otlp_endpoint",
        "string",
        None,
        "A collector of traces, as http://localhost:4318: OTLP, protobuf over HTTP. Needs a program built with traces.",
    ),
    key(
        "telemetry.sampled_percent",
        "integer",
        Some("10"),
        "How many of a hundred requests are traced; a trace that a trusted proxy began goes by the proxy's choice.",
    ),
    key("log.format", "string", Some("\"text\""), "How lines look: text or json."),
    key("retention.events", "string", Some("\"90d\""), "How long events are kept: 1d to 3650d."),
    key(
        "retention.sessions",
        "string",
        Some("\"30d\""),
        "How long sessions that are over are kept, so that it can be said why they ended: 1d to 3650d.",
    ),
    key(
        "webhooks.allow_private",
        "boolean",
        Some("false"),
        "Whether webhooks may lead to addresses that are not public, and there do without https. Whoever manages webhooks can then reach \
         what this machine can.",
    ),
];

/// The configuration as JSON Schema.
pub fn schema() -> Value {
    let mut properties = serde_json::Map::new();
    for key in KEYS {
        let mut described = json!({"type": key.kind, "description": key.help});
        if let Some(default) =
            key.default.and_then(|text| toml::from_str::<toml::Table>(&format!("x = {text}")).ok())
        {
            described["default"] = json!(default["x"]);
        }
        match key.path.split_once('.') {
            None => drop(properties.insert(key.path.to_owned(), described)),
            Some((section, name)) => {
                let section = properties.entry(section).or_insert_with(
                    || json!({"type": "object", "additionalProperties": false, "properties": {}}),
                );
                section["properties"][name] = described;
            }
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tenure.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": ["public_url"],
    })
}
