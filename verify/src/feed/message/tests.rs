//! Messages that are not exactly of the shape.

use serde_json::{Value, json};

use super::*;

const HERE: &str = "00000000c0ffee00";
const ELSEWHERE: &str = "00000000decaf000";

fn sound() -> Value {
    json!({
        "after": format!("{HERE}-41"), "cursor": format!("{HERE}-44"), "head": format!("{HERE}-45"), "as_of": 100,
        "entries": [{"n": 42, "at": 99, "until": 400, "sid": "s_1"}, {"n": 44, "at": 99, "until": 400, "kid": "k"}],
    })
}

fn is_refused(message: &Value) -> bool {
    Message::read(message.to_string().as_bytes()).is_err()
}

#[test]
fn a_message_is_read_whole_or_refused_as_a_whole() {
    assert!(!is_refused(&sound()));
    let more = json!({"n": 43, "at": 99, "until": 400, "sub": "u", "iat": 7, "said_by": "nobody"});
    let mut message = sound();
    message["entries"] = json!([more]);
    message["new_member"] = json!({"of": "a later version"});
    assert!(!is_refused(&message), "members that are not known are ignored");
    let cases = [
        ("/after", json!(null)),
        ("/after", json!(format!("{ELSEWHERE}-41"))),
        ("/after", json!(format!("{HERE}-45"))),
        ("/after", json!(41)),
        ("/cursor", json!(format!("{HERE}-x"))),
        ("/cursor", json!(format!("{HERE}-+44"))),
        ("/cursor", json!(format!("{}-44", HERE.to_uppercase()))),
        ("/cursor", json!("c0ffee00-44")),
        ("/cursor", json!(format!("{HERE}-43"))),
        ("/cursor", json!(format!("{HERE}-99999999999999999999"))),
        ("/head", json!(format!("{HERE}-43"))),
        ("/head", json!(format!("{ELSEWHERE}-45"))),
        ("/as_of", json!("100")),
        ("/as_of", json!(1.5)),
        ("/entries", json!({})),
        ("/entries/0/n", json!(41)),
        ("/entries/0/n", json!(44)),
        ("/entries/1/n", json!(45)),
        ("/entries/0/n", json!(-1)),
        ("/entries/0/sid", json!(null)),
        ("/entries/0/sid", json!(7)),
        ("/entries/0/until", json!(null)),
    ];
    for (at, value) in cases {
        let mut message = sound();
        *message.pointer_mut(at).expect("a member") = value.clone();
        assert!(is_refused(&message), "{at} {value}");
    }
    for (name, value) in [("sub", json!("u")), ("reset", json!("start"))] {
        let mut message = sound();
        let into = if name == "sub" { &mut message["entries"][0] } else { &mut message };
        into[name] = value;
        assert!(is_refused(&message), "{name}");
    }
}

#[test]
fn what_refuses_up_to_a_moment_says_which() {
    for name in ["sub", "app"] {
        let mut message = sound();
        message["entries"] = json!([{"n": 42, "at": 99, "until": 400, name: "x"}]);
        assert!(is_refused(&message), "{name}");
    }
}

#[test]
fn what_is_left_out_is_not_null() {
    for name in ["after", "cursor", "head", "as_of", "entries"] {
        let mut message = sound();
        message.as_object_mut().expect("an object").remove(name);
        message["reset"] = json!("start");
        assert!(is_refused(&message), "{name}");
    }
}

#[test]
fn a_message_has_a_mebibyte_at_most() {
    let mut text = sound().to_string();
    text.push_str(&" ".repeat(MESSAGE_BYTES - text.len()));
    assert!(Message::read(text.as_bytes()).is_ok());
    text.push(' ');
    assert!(Message::read(text.as_bytes()).is_err());
}
