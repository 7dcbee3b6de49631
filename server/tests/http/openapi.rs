//! The OpenAPI document says what the router and the reference say: every address, method and need.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Value, json};
use tenure_core::settings::Settings;
use tenure_server::openapi::document;
use tenure_service::settings::to_json;

use crate::support::World;
use crate::support::reference::{Needs, routes, rows};

/// Path, method, operation.
fn operations() -> Vec<(&'static str, String, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    let of_path = |(path, item): (&'static String, &'static Value)| {
        let item = item.as_object().unwrap();
        item.iter().map(move |(method, operation)| (path.as_str(), method.to_uppercase(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_route_is_described_and_every_description_has_its_route() {
    let described: BTreeSet<_> = operations().into_iter().map(|(path, ..)| path.to_owned()).collect();
    assert_eq!(described, routes(), "describe it in server/src/openapi");
}

#[test]
fn every_method_is_described_as_the_reference_has_it() {
    let described: BTreeSet<_> =
        operations().into_iter().map(|(path, method, _)| format!("{method} {path}")).collect();
    let written: BTreeSet<_> = rows().iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(described, written, "describe it in server/src/openapi");
}

#[test]
fn every_operation_needs_what_the_reference_says() {
    let rows = rows();
    for (path, method, operation) in operations() {
        let row = rows.iter().find(|row| row.path == path && row.method.as_str() == method).unwrap();
        let words = operation["description"].as_str().unwrap_or_default();
        let needs = words.split("Needs an API key: ").nth(1).and_then(|rest| rest.strip_suffix('.'));
        let expected = match row.needs {
            Needs::Nothing | Needs::AuthToken | Needs::OwnSocket => None,
            Needs::AnyKey => Some("any key"),
            Needs::Verify => Some("verify"),
            Needs::VerifyOfEveryApp => Some("verify, every app"),
            Needs::Backend => Some("backend"),
            Needs::Admin => Some("admin"),
            Needs::AdminOfEveryApp => Some("admin, every app"),
        };
        assert_eq!(needs, expected, "{method} {path}");
        let open = operation["security"].as_array().unwrap().iter().all(|one| one == &json!({}));
        let for_more = operation["security"].as_array().unwrap().contains(&json!({}));
        let of_user = operation["security"] == json!([{"authToken": []}]);
        assert_eq!(of_user, row.needs == Needs::AuthToken, "{method} {path}");
        assert_eq!(open || for_more, row.needs == Needs::Nothing, "{method} {path}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_an_answer() {
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations() {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
        assert!(operation["summary"].as_str().unwrap().len() > 8, "{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}");
        assert!(answers.contains_key("500") && answers.contains_key("503"), "{method} {path}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_nothing_is_left_over() {
    let text = document().to_string();
    for kind in ["schemas", "responses", "headers"] {
        let there = document()["components"][kind].as_object().unwrap();
        let prefix = format!("\"#/components/{kind}/");
        let places = text.split(prefix.as_str()).skip(1);
        let used: BTreeSet<_> = places.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        assert_eq!(used, there.keys().cloned().collect());
    }
}

#[test]
fn every_setting_is_described_with_its_default() {
    let schemas = &document()["components"]["schemas"];
    let defaults = to_json(&Settings::default());
    let described = schemas["Settings"]["properties"].as_object().unwrap();
    for (key, default) in &defaults {
        assert_eq!(&described[key]["default"], default, "{key}");
        assert!(!described[key]["description"].as_str().unwrap().is_empty(), "{key}");
        assert!(schemas["SettingsPatch"]["properties"].get(key).is_some(), "{key}");
    }
    assert_eq!(described.len(), defaults.len());
}

#[tokio::test]
async fn the_document_is_served_to_anybody_and_may_be_kept() {
    let world = World::new().await;
    let answer = world.get("/openapi.json").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("cache-control").unwrap().starts_with("public, max-age="));
    assert_eq!(&serde_json::from_slice::<Value>(&answer.body).unwrap(), document());
    let etag = answer.header("etag").unwrap().to_owned();
    let again = world.get("/openapi.json").header("if-none-match", &etag).send().await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn every_limit_of_a_setting_is_the_one_that_is_held() {
    let world = World::new().await;
    world.app("shop").await;
    let patch = document()["components"]["schemas"]["SettingsPatch"]["properties"].as_object().unwrap();
    let mut tried = BTreeMap::new();
    for (key, schema) in patch {
        let outside = [
            schema["minimum"].as_i64().map(|min| json!(min - 1)),
            schema["maximum"].as_i64().map(|max| json!(max + 1)),
            schema["maxLength"].as_u64().map(|max| json!("x".repeat(max as usize + 1))),
            schema["maxItems"].as_u64().map(|max| json!(vec!["https://a.example"; max as usize + 1])),
            schema["enum"].as_array().map(|_| json!("none-of-them")),
        ];
        for value in outside.into_iter().flatten() {
            let call = world.call(Method::PUT, "/v1/apps/shop/session-settings").key(&world.admin);
            let answer = call.json(json!({key: value})).send().await;
            assert_eq!(answer.status, 422, "{key}: {value}");
            *tried.entry(key).or_insert(0) += 1;
        }
    }
    assert!(tried.len() > 20, "{tried:?}");
}

/// The shape that the document gives to a dry run is the one that is answered: each member, and each member of a change.
#[tokio::test]
async fn the_effects_of_a_dry_run_are_as_described() {
    let world = World::new().await;
    let shop = world.app("shop").await;
    let call = shop.manage(Method::PUT, "/session-settings?dry_run=true");
    let answer = call.json(json!({"idle_timeout": 7200})).send().await.expect(200).json();
    let item = &document()["paths"]["/v1/apps/{app}/session-settings"]["put"];
    let either = &item["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"];
    let described = &either[1]["properties"]["effects"];
    let names =
        |object: &Value| -> BTreeSet<String> { object.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&described["properties"]), names(&answer["effects"]));
    assert_eq!(described["properties"]["changes"]["items"]["$ref"], "#/components/schemas/SettingChange");
    let change = &document()["components"]["schemas"]["SettingChange"]["properties"];
    assert_eq!(names(change), names(&answer["effects"]["changes"][0]));
}

/// What may be left out of a form may be empty, and the document does not say otherwise.
#[tokio::test]
async fn an_empty_parameter_of_a_form_is_an_absent_one() {
    let world = World::new().await;
    let shop = world.app("shop").await;
    for path in ["/oauth/token", "/oauth/revoke"] {
        let operation = &document()["paths"][format!("/v1/apps/{{app}}{path}")]["post"];
        let schema = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
        let forms = schema["oneOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
        for schema in forms {
            let tokens = shop.open("ann").await;
            let grant = schema["properties"]["grant_type"]["const"].as_str().unwrap_or_default();
            let (refresh, auth) = (tokens.refresh.as_str(), tokens.auth.as_str());
            let mut form = Vec::new();
            for (name, parameter) in schema["properties"].as_object().unwrap() {
                if !schema["required"].as_array().unwrap().contains(&json!(name)) {
                    assert!(parameter.get("minLength").is_none(), "{path}: {name}");
                    form.push((name.as_str(), ""));
                }
            }
            form.extend(match grant {
                "" => vec![("token", refresh)],
                "refresh_token" => vec![("grant_type", grant), ("refresh_token", refresh)],
                _ => {
                    let kind = "urn:ietf:params:oauth:token-type:jwt";
                    vec![("grant_type", grant), ("subject_token", auth), ("subject_token_type", kind)]
                }
            });
            let call = world.post(&shop.at(path)).form(&form);
            let call = if grant.starts_with("urn:") { call.key(&world.admin) } else { call };
            call.send().await.expect(200);
        }
    }
}
