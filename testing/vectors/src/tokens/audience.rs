//! For whom it is (rule 12).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::ES256;

const WRONG: &str = "wrong_audience";

pub(super) fn add(cases: &mut Cases) {
    let with = |aud: &str| Draft::good(&ES256).claim("aud", aud).sign();
    for (name, aud) in [
        ("a-list-of-one", r#"["shop"]"#),
        ("a-list-with-it-last", r#"["https://a.example","other","shop"]"#),
        ("a-list-with-it-twice", r#"["shop","shop"]"#),
    ] {
        cases.valid(format!("audience-{name}"), "One of them is the verifier's.", with(aud));
    }
    let origins = r#"["https://app.example","https://admin.example"]"#;
    let why = "The audience may be an origin, where a verifier is told so.";
    cases.valid("audience-origin", why, with(origins)).audience = "https://app.example";
    cases.refused(WRONG, "audience-origin-of-nobody-here", "No app's id among them.", with(origins));
    let slash = with(r#""https://app.example/""#);
    cases.refused(WRONG, "audience-origin-with-a-slash", "Audiences are compared as text.", slash).audience =
        "https://app.example";
    for (name, aud, why) in [
        ("another", r#""other""#, "Another service's token."),
        ("in-capitals", r#""Shop""#, "Audiences are compared as text."),
        ("a-prefix", r#""sho""#, "The beginning of it."),
        ("more-than-it", r#""shop2""#, "More than it."),
        ("within", r#""my shop here""#, "A list is a list, not words in a text."),
        ("a-space-after", r#""shop ""#, "Audiences are compared as text."),
        ("empty", r#""""#, "Nobody's."),
        ("empty-list", "[]", "Nobody's."),
        ("others", r#"["other","https://a.example"]"#, "Others'."),
    ] {
        cases.refused(WRONG, format!("audience-{name}"), why, with(aud));
    }
}
