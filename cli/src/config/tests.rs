//! What a configuration may say.

use super::*;

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("tenure.toml");
    std::fs::write(&path, text).expect("a file");
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::from_layers(Some(&path), environment, &[]).map(|(config, _)| config)
}

fn refusal(text: &str) -> String {
    load(text, &[]).err().expect("a refusal")
}

#[test]
fn one_key_is_enough() {
    let config = load("public_url = 'https://auth.example.com'", &[]).expect("a configuration");
    assert_eq!(config.listen.len(), 1);
    assert_eq!(config.sqlite_path(), Ok("tenure-data/tenure.db".into()));
}

#[test]
fn an_unknown_key_is_refused_with_a_suggestion() {
    assert_eq!(refusal("publc_url = 'x'"), "publc_url: is no key; did you mean public_url?");
    assert_eq!(refusal("[log]\nfilte = 'x'"), "log.filte: is no key; did you mean log.filter?");
    assert_eq!(refusal("zzzzzzzzzz = 1"), "zzzzzzzzzz: is no key; `tenure config schema` lists them");
}

#[test]
fn the_environment_goes_over_the_file() {
    let environment = [
        ("TENURE__LOG__FILTER", "debug"),
        ("TENURE__LISTEN", "127.0.0.1:1,[::1]:2"),
        ("TENURE__WORKER_THREADS", "7"),
    ];
    let config =
        load("public_url = 'https://a.example'\n[log]\nfilter = 'info'", &environment).expect("accepted");
    assert_eq!((config.log.filter.as_str(), config.listen.len(), config.worker_threads), ("debug", 2, 7));
}

#[test]
fn what_cannot_be_right_is_refused() {
    assert!(refusal("public_url = 'http://auth.example.com'").starts_with("public_url: must be https"));
    assert!(refusal("public_url = 'http://localhost.example.com'").starts_with("public_url: must be https"));
    assert!(load("public_url = 'http://localhost:7800'", &[]).is_ok());
    assert!(refusal("public_url = 'https://auth.example.com/'").contains("trailing slash"));
    assert!(
        refusal("public_url = 'https://a.example'\nstore = 'postgres://x'")
            .contains("PostgreSQL is not available yet")
    );
    assert!(refusal("public_url = 'https://a.example'\nstore = 'redis:x'").contains("must be sqlite:PATH"));
    assert!(refusal("public_url = 'https://a.example'\nworker_threads = 0").contains("worker_threads"));
    assert!(!refusal("").is_empty());
}

#[test]
fn what_is_over_is_kept_for_as_long_as_is_said() {
    let kept = |text: &str| load(&format!("public_url = 'https://a.example'\n[retention]\n{text}"), &[]);
    let days = |text: &str| {
        let kept = kept(text).expect("accepted").retention().expect("accepted");
        (kept.events.secs() / 3600, kept.sessions.secs() / 3600)
    };
    assert_eq!(days(""), (90 * 24, 30 * 24));
    assert_eq!(days("events = '1d12h'\nsessions = '24h'"), (36, 24));
    for bad in [
        "",
        "d",
        "90",
        "12h",
        "3651d",
        "-1d",
        "1d1d",
        "1h1d",
        "1 d",
        "99999999999999999999d",
        "1w",
        "1\u{e9}",
    ] {
        let refused = kept(&format!("events = \"{bad}\"")).err().expect("a refusal");
        assert!(
            refused.starts_with("retention.events: must be a length of time such as 30d"),
            "{bad}: {refused}"
        );
    }
}
