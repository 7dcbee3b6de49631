//! Webhooks.

use serde_json::json;
use tenure_wire::webhook::{
    CreateWebhook, NewWebhook, RotateWebhookSecret, UpdateWebhook, Webhook, WebhookList, WebhookTested,
};

use super::super::operation::{Needs, Operation};
use crate::code::Code;

const ALL: &str = "/v1/apps/{app}/webhooks";
const ONE: &str = "/v1/apps/{app}/webhooks/{id}";

/// Every operation on webhooks.
pub(super) fn operations() -> Vec<Operation> {
    let of = |method, path, id, summary| {
        Operation::new("webhooks", method, path, id, summary).needs(Needs::Key("admin"))
    };
    vec![
        of("get", ALL, "listWebhooks", "List the webhooks of the app")
            .says("Never their secrets.")
            .gives::<WebhookList>(200, "By id."),
        of("post", ALL, "createWebhook", "Make a webhook")
            .says("It is told what is revoked from now on. A conflict: the app has too many.")
            .takes::<CreateWebhook>(json!({"url": "https://hooks.example.com/tenure", "events": ["session.revoked"]}))
            .gives::<NewWebhook>(201, "The webhook and its secret, which is shown this once.")
            .refuses(&[Code::Conflict]),
        of("get", ONE, "showWebhook", "Show a webhook and how far it has come")
            .gives::<Webhook>(200, "The webhook."),
        of("patch", ONE, "changeWebhook", "Change a webhook, turn it off or on")
            .says("What is said while it is turned off waits for it, for as long as the revocation feed keeps it.")
            .takes::<UpdateWebhook>(json!({"enabled": true}))
            .gives::<Webhook>(200, "As it is now.")
            .refuses(&[Code::Conflict]),
        of("delete", ONE, "deleteWebhook", "Remove a webhook").gives_nothing(200, "Nothing is sent to it any more."),
        of("post", "/v1/apps/{app}/webhooks/{id}/secret", "rotateWebhookSecret", "Give a webhook a new secret")
            .says("The one before it signs beside it for the overlap: messages then carry two signatures.")
            .takes::<RotateWebhookSecret>(json!({"overlap_seconds": 86400}))
            .gives::<NewWebhook>(200, "The webhook and its new secret, which is shown this once.")
            .refuses(&[Code::Conflict]),
        of("post", "/v1/apps/{app}/webhooks/{id}/test", "testWebhook", "Send a test message now")
            .says("Once, whether or not the webhook is turned on. Takes five seconds at most.")
            .gives::<WebhookTested>(200, "What came of it; that it was not taken is no error of this call."),
    ]
}
