//! What a file may say, and that nothing is lost on the way.

use serde_json::json;
use tenure_core::preset::ALL;

use super::*;

fn file(text: &str) -> Result<AppFile, String> {
    AppFile::parse(text)
}

#[test]
fn lengths_of_time_are_seconds_and_counts_are_not() {
    let text = "id = 'shop'\nname = 'The shop'\npreset = 'consumer'\n[settings]\nauth_token_ttl = '10m'\nidle_timeout = 'none'\n\
                absolute_lifetime = 86400\nmax_sessions = 3\nauth_token_jitter = 7\njustification = '10m'\nrefresh_tokens = true\n\
                allowed_origins = ['https://a.example']\n";
    let file = file(text).expect("a file");
    assert_eq!((file.id.as_str(), file.name.as_deref()), ("shop", Some("The shop")));
    assert_eq!(file.preset, Some(Some("consumer".to_owned())));
    let expected = json!({
        "auth_token_ttl": 600, "idle_timeout": null, "absolute_lifetime": 86400, "max_sessions": 3, "auth_token_jitter": 7,
        "justification": "10m", "refresh_tokens": true, "allowed_origins": ["https://a.example"],
    });
    assert_eq!(Value::Object(file.settings), expected);
}

#[test]
fn what_is_written_is_read_back() {
    for preset in ALL {
        let file = AppFile {
            id: "shop".to_owned(),
            name: Some("The \"shop\"\n".to_owned()),
            preset: Some(Some(preset.id.to_owned())),
            settings: to_json(&preset.apply(&Settings::default())),
        };
        assert_eq!(AppFile::parse(&file.to_toml()), Ok(file));
    }
    let bare = AppFile {
        id: "x".to_owned(),
        name: None,
        preset: Some(None),
        settings: to_json(&Settings::default()),
    };
    assert!(
        bare.to_toml().contains("preset = \"none\"") && bare.to_toml().contains("max_sessions = \"none\"")
    );
    assert_eq!(AppFile::parse(&bare.to_toml()), Ok(bare));
}

#[test]
fn what_is_not_understood_is_refused_with_what_was_meant() {
    let refusal = |text: &str| file(text).expect_err("a refusal");
    assert_eq!(refusal("idd = 'x'"), "idd: is no key of an app; did you mean id?");
    assert_eq!(refusal("id = 'x'\npresett = 'y'"), "presett: is no key of an app; did you mean preset?");
    assert_eq!(
        refusal("id = 'x'\n[settings]\nidle_timeot = '5d'"),
        "settings.idle_timeot: is no setting; did you mean idle_timeout?"
    );
    assert_eq!(refusal("id = 'x'\n[settings]\nzzzzzzzzzzzz = 1"), "settings.zzzzzzzzzzzz: is no setting");
    assert!(
        refusal("id = 'x'\n[settings]\nidle_timeout = 'soon'").contains("write 90s, 10m, 8h, 30d, or none")
    );
    assert!(refusal("name = 'x'").starts_with("id: is missing"));
    assert_eq!(refusal("id = 7"), "id: must be a text");
    assert_eq!(refusal("id = 'x'\nsettings = 7"), "settings: must be a section, [settings]");
    assert!(!refusal("id = ").is_empty());
}
