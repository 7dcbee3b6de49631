//! `/apps/{app}/session-management` and what is below it.

mod apply;
mod history;
mod meaning;

use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::console::Console;

/// Where the pages of the app `shop` are.
const PAGES: &str = "/apps/shop/session-management";

/// The fields of a form, as the page has them.
#[derive(Clone, Debug)]
struct Fields(Vec<(String, String)>);

impl Fields {
    /// Those of the page in `answer`: what a browser would send of them.
    fn of(answer: &Answer) -> Self {
        let page = answer.text();
        let form = page.split("<form method=\"post\" action=\"/apps").nth(1).unwrap();
        let form = form.split("</form>").next().unwrap();
        let mut fields = Vec::new();
        for tag in form.split('<').filter(|tag| tag.contains(" name=\"")) {
            let attribute = |name: &str| {
                let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
                Some(unescaped(rest.split('"').next().unwrap()))
            };
            let name = attribute("name").unwrap();
            let value = if tag.starts_with("textarea") {
                tag.split_once('>').map(|(_, text)| unescaped(text.trim_start_matches('\n')))
            } else if tag.starts_with("select") {
                let options = form
                    .split(&format!("name=\"{name}\""))
                    .nth(1)
                    .unwrap()
                    .split("</select>")
                    .next()
                    .unwrap();
                let chosen = options.split("<option value=\"").find(|option| option.contains("\" selected>"));
                chosen.map(|option| option.split('"').next().unwrap().to_owned())
            } else if tag.starts_with("button")
                || (tag.contains("type=\"radio\"") && !tag.contains(" checked"))
            {
                None
            } else {
                attribute("value").or(Some(String::new()))
            };
            fields.extend(value.map(|value| (name, value)));
        }
        assert!(fields.len() > 1, "{page}");
        Self(fields)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    async fn send(&self, admin: &Console, below: &str) -> Answer {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        admin.submit(&format!("{PAGES}/{below}"), &pairs).await
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

/// A server with a new app `shop`, and an operator at the console.
async fn shop() -> (World, Console) {
    let world = World::new().await;
    world.create_app("shop").await;
    let admin = Console::seen_by(&world, "olga", AdminRole::Operator).await;
    (world, admin)
}

/// The form as it is opened.
async fn opened(admin: &Console) -> Fields {
    Fields::of(&admin.open(PAGES).await.expect(200))
}

/// From nothing: a suggestion is chosen, looked at, applied, and in force.
#[tokio::test]
async fn a_suggestion_is_chosen_reviewed_applied_and_in_force() {
    let (world, admin) = shop().await;
    let chosen = opened(&admin).await.with("fill", "higher-security").send(&admin, "edit").await.expect(200);
    let page = chosen.text();
    for says in [
        "Works for at most 5 min",
        "Friday at 18:30, after 30 min without activity",
        "meets</span> NIST SP 800-63B-4 AAL2",
        "refreshes about 288 times a day",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let review = Fields::of(&chosen).send(&admin, "review").await.expect(200);
    let page = review.text();
    for says in ["5 days", "30 min", "30 days", "1 day", "No session is live.", "Required"] {
        assert_eq!(page.contains(says), says != "Required", "{says}: {page}");
    }
    let applied =
        Fields::of(&review).with("reason", "a bank asked for it").send(&admin, "apply").await.expect(303);
    assert_eq!(applied.header("location"), Some("/apps/shop/session-management?notice=applied"));
    let page = admin.open(&format!("{PAGES}?notice=applied")).await.expect(200).text();
    assert!(page.contains("version 2 of the settings is in force"), "{page}");

    let settings =
        world.get("/v1/apps/shop/session-settings").key(&world.admin).send().await.expect(200).json();
    assert_eq!(settings["preset"], "higher-security");
    let times = ["refresh_tokens", "auth_token_ttl", "idle_timeout", "absolute_lifetime"]
        .map(|key| &settings["settings"][key]);
    assert_eq!(times, [&serde_json::json!(true), &300.into(), &1800.into(), &86_400.into()]);
    let line = &world.service.audit_log(None, 1).await.unwrap().lines[0];
    assert_eq!(
        (line.action.as_str(), line.reason.as_deref()),
        ("settings_changed", Some("a bank asked for it"))
    );
    assert_eq!(line.by.to_string(), "olga");
    assert!(
        line.detail["changes"].as_array().unwrap().iter().any(|change| change["setting"] == "idle_timeout"),
        "{}",
        line.detail
    );
}

/// What the page shows may be sent back as it is.
#[tokio::test]
async fn an_untouched_form_changes_nothing() {
    let (world, admin) = shop().await;
    let review = opened(&admin).await.send(&admin, "review").await.expect(200);
    assert!(review.text().contains("Nothing: the settings are like this already."));
    let applied = Fields::of(&review).send(&admin, "apply").await.expect(303);
    assert_eq!(applied.header("location"), Some("/apps/shop/session-management?notice=unchanged"));
    assert_eq!(world.count_events("settings_changed").await, 0);
}

#[tokio::test]
async fn which_clients_there_are_sets_the_leeway() {
    let (_world, admin) = shop().await;
    for (clients, leeway) in [("library", "30s"), ("sdk", "0s")] {
        let form = opened(&admin).await.with("refresh_tokens", "true").with("clients", clients);
        let review = form.send(&admin, "review").await.expect(200);
        assert_eq!(Fields::of(&review).get("retry_leeway"), leeway);
    }
    let other = opened(&admin).await.with("clients", "other").with("retry_leeway", "45s");
    assert_eq!(Fields::of(&other.send(&admin, "review").await.expect(200)).get("retry_leeway"), "45s");
}

/// What was typed stays when a suggestion is filled in or one goes back from the review.
#[tokio::test]
async fn nothing_that_was_typed_is_lost_on_the_way() {
    let (_world, admin) = shop().await;
    let typed =
        opened(&admin).await.with("allowed_origins", "https://app.example").with("publish_lead", "2d");
    let filled = Fields::of(&typed.with("fill", "consumer").send(&admin, "edit").await.expect(200));
    assert_eq!((filled.get("allowed_origins"), filled.get("publish_lead")), ("https://app.example", "2d"));
    assert_eq!((filled.get("preset"), filled.get("auth_token_ttl")), ("consumer", "1h"));
    let review = Fields::of(&filled.send(&admin, "review").await.expect(200));
    let again = Fields::of(&review.send(&admin, "edit").await.expect(200));
    for key in ["allowed_origins", "publish_lead", "preset", "auth_token_ttl", "idle_timeout"] {
        assert_eq!(again.get(key), filled.get(key), "{key}");
    }
}
