//! `tenure webhook list|create|test|enable|disable|rotate-secret|delete`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_service::lengths;
use tenure_wire::webhook::{NewWebhook, Webhook, WebhookList, WebhookTested};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};
use crate::times::{ago, ahead};

#[derive(Subcommand)]
pub enum WebhookCommand {
    /// List the webhooks of an app and how far they have come, without their secrets.
    List(Of),
    /// Make a webhook; its secret is shown this once.
    Create(Create),
    /// Send a test message now, and say what came of it.
    Test(One),
    /// Turn a webhook on: it goes on where it stopped.
    Enable(One),
    /// Turn a webhook off.
    Disable(One),
    /// Give a webhook a new secret, which is shown this once.
    RotateSecret(RotateSecret),
    /// Remove a webhook.
    Delete(One),
}

#[derive(Args)]
pub struct Of {
    /// The app.
    #[arg(long)]
    app: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct Create {
    /// Where messages are sent.
    url: String,
    /// Only messages of this type, such as session.revoked; may be given several times.
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<String>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub struct One {
    /// The webhook's id.
    id: String,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub struct RotateSecret {
    /// For how long the secret before it signs, too: 6h, 7d, 0s for not at all.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    overlap: Option<u32>,
    #[command(flatten)]
    one: One,
}

pub fn run(command: WebhookCommand, output: Output) -> Result<(), Fault> {
    match command {
        WebhookCommand::List(of) => {
            let list: WebhookList = of.remote.get(&path(&of.app))?;
            output.list(&list, |list| list.webhooks.iter().map(line).collect(), "There is no webhook.")
        }
        WebhookCommand::Create(create) => {
            let body = json!({"url": create.url, "events": create.events});
            let new: NewWebhook = create.of.remote.call(Method::POST, &path(&create.of.app), Some(&body))?;
            output.say(&new, with_secret)
        }
        WebhookCommand::Test(one) => {
            let tested: WebhookTested = one.of.remote.call(Method::POST, &at(&one, "/test"), None)?;
            output.say(&tested, outcome)
        }
        WebhookCommand::Enable(one) => turn(&one, true, output),
        WebhookCommand::Disable(one) => turn(&one, false, output),
        WebhookCommand::RotateSecret(RotateSecret { overlap, one }) => {
            let body = json!({"overlap_seconds": overlap});
            let new: NewWebhook = one.of.remote.call(Method::POST, &at(&one, "/secret"), Some(&body))?;
            output.say(&new, with_secret)
        }
        WebhookCommand::Delete(one) => {
            let _: Value = one.of.remote.call(Method::DELETE, &at(&one, ""), None)?;
            output.say(&json!({"deleted": one.id}), |_| format!("Nothing is sent to {} any more.", one.id))
        }
    }
}

fn turn(one: &One, enabled: bool, output: Output) -> Result<(), Fault> {
    let body = json!({"enabled": enabled});
    let webhook: Webhook = one.of.remote.call(Method::PATCH, &at(one, ""), Some(&body))?;
    output.say(&webhook, line)
}

fn seconds(text: &str) -> Result<u32, String> {
    let read = lengths::parse(text).and_then(|secs| u32::try_from(secs).ok());
    read.ok_or_else(|| "must be a length of time such as 6h or 7d".to_owned())
}

fn path(app: &str) -> String {
    format!("/v1/apps/{}/webhooks", escaped(app))
}

fn at(one: &One, rest: &str) -> String {
    format!("{}/{}{rest}", path(&one.of.app), escaped(&one.id))
}

fn with_secret(new: &NewWebhook) -> String {
    format!("{}\n{}", new.webhook.id, new.secret)
}

fn line(webhook: &Webhook) -> String {
    let events = if webhook.events.is_empty() { "everything".to_owned() } else { webhook.events.join(",") };
    format!("{}  {}  {events}  {}", webhook.id, webhook.url, standing(webhook))
}

/// How it is doing: off, waiting, or well.
fn standing(webhook: &Webhook) -> String {
    let progress = &webhook.progress;
    if let Some(off) = &webhook.disabled {
        return format!("disabled {}: {}", ago(off.at), off.why);
    }
    if let (Some(since), Some(failure)) = (progress.waiting_since, &progress.last_failure)
        && progress.failures > 0
    {
        let next = progress.next_try_at.map(|at| format!(", next try {}", ahead(at))).unwrap_or_default();
        return format!("waits with what was said {}: {}{next}", ago(since), failure.says);
    }
    match &progress.last_delivery {
        Some(last) => format!("last message {}", ago(last.at)),
        None => "no message yet".to_owned(),
    }
}

fn outcome(tested: &WebhookTested) -> String {
    match (&tested.says, tested.status) {
        (None, Some(status)) => format!("It was taken: {status}, in {} ms.", tested.took_ms),
        (says, _) => {
            let why = says.as_deref().unwrap_or("nothing is known of why");
            format!("It was not taken, after {} ms: {why}.", tested.took_ms)
        }
    }
}
