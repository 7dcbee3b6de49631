//! The reference and the code say the same: every address, every code, every reason.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_server::code::{Code, OAuthCode};

use crate::support::World;
use crate::support::reference::{Needs, document, routes, rows};

#[test]
fn every_route_has_its_line_and_every_line_its_route() {
    let routes = routes();
    let documented: BTreeSet<_> = rows().into_iter().map(|row| row.path).collect();
    assert!(routes.len() > 20);
    assert_eq!(documented, routes);
}

#[tokio::test]
async fn every_address_takes_the_methods_that_are_written_there_and_no_other() {
    let world = World::with_virtual_clock().await;
    let mut documented: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows() {
        let methods = documented.entry(row.path).or_default();
        methods.insert(row.method.to_string());
        if row.method == Method::GET {
            methods.insert("HEAD".to_owned());
        }
    }
    for (path, methods) in documented {
        let path = path.replace("{app}", "first");
        let answer = world.call(Method::TRACE, &path).send().await.refused(405, "method_not_allowed");
        let allowed: BTreeSet<_> = answer.header("allow").unwrap().split(',').map(str::to_owned).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_written_there_is_not_found() {
    let world = World::new().await;
    for path in [
        "/",
        "/v1",
        "/v1/apps/",
        "/v2/apps",
        "/v1/apps/first/nothing",
        "//v1/apps",
        "/dev/clock",
        "/play",
        "/%2e%2e",
    ] {
        let answer = world.get(path).send().await.refused(404, "not_found");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

/// The headings under `part`, each with the line after it.
fn sections(part: &str) -> BTreeMap<String, String> {
    let text = document("errors.md");
    let part = text.split("\n## ").find(|section| section.starts_with(part)).unwrap();
    let sections = part.split("\n### `").skip(1).map(|section| {
        let (name, rest) = section.split_once("`\n").unwrap();
        (name.to_owned(), rest.to_owned())
    });
    sections.collect()
}

#[test]
fn every_code_has_its_section_and_every_section_its_code() {
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let oauth = OAuthCode::ALL.iter().map(|code| code.as_str());
    let all: BTreeSet<_> = codes.chain(oauth).map(str::to_owned).collect();
    assert_eq!(sections("Codes").into_keys().collect::<BTreeSet<_>>(), all);
}

#[test]
fn every_code_has_the_status_that_its_section_says() {
    let sections = sections("Codes");
    let codes = Code::ALL.iter().map(|code| (code.as_str(), code.status()));
    let oauth = OAuthCode::ALL.iter().map(|code| (code.as_str(), code.status()));
    for (code, status) in codes.chain(oauth) {
        assert!(
            sections[code].contains(&format!("{} ", status.as_u16()))
                || sections[code].contains(&format!("{}:", status.as_u16())),
            "{code}"
        );
    }
}

/// Every refusal that comes with a `reason`. A new one does not compile here until somebody looks.
fn reasons() -> BTreeSet<String> {
    let ended = EndReason::ALL.map(Refusal::Ended);
    let others = [
        Refusal::Unknown,
        Refusal::WrongClient,
        Refusal::BindingFailed,
        Refusal::HandoffExpired,
        Refusal::ExpiredIdle,
        Refusal::ExpiredAbsolute,
        Refusal::Superseded,
        Refusal::OutOfSync,
    ];
    let has_reason = |refusal: &Refusal| match refusal {
        Refusal::Superseded | Refusal::OutOfSync => false,
        Refusal::Unknown
        | Refusal::WrongClient
        | Refusal::BindingFailed
        | Refusal::HandoffExpired
        | Refusal::Ended(_)
        | Refusal::ExpiredIdle
        | Refusal::ExpiredAbsolute => true,
    };
    ended.into_iter().chain(others).filter(has_reason).map(|refusal| refusal.as_str().to_owned()).collect()
}

#[test]
fn every_reason_has_its_section_and_every_section_its_reason() {
    assert_eq!(sections("Reasons").into_keys().collect::<BTreeSet<_>>(), reasons());
}

#[test]
fn every_section_begins_with_what_happened_to_the_session() {
    for (name, section) in sections("Codes").into_iter().chain(sections("Reasons")) {
        let opening = section.strip_prefix("**").and_then(|rest| rest.split_once("**")).unwrap_or_default().0;
        assert!(opening.contains("session"), "{name}: {section}");
    }
}

#[test]
fn every_line_says_what_it_needs() {
    let needs: BTreeSet<_> = rows().into_iter().map(|row| row.needs).collect();
    assert!(needs.contains(&Needs::Nothing) && needs.len() == 9, "{needs:?}");
}
