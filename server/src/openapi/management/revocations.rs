//! Reading what was revoked.

use serde_json::{Value, json};
use tenure_wire::feed::FeedMessage;

use super::super::operation::{Needs, Operation};
use super::super::parameters::{header, query};
use crate::code::Code;
use crate::limits::FEED_WAIT;

/// Every operation on the revocation feed.
pub(super) fn operations() -> Vec<Operation> {
    let wait = json!({"type": "integer", "minimum": 0, "default": 0});
    const { assert!(FEED_WAIT.as_secs() == 50) };
    let read = Operation::new(
        "revocations",
        "get",
        "/v1/apps/{app}/revocations",
        "readRevocations",
        "Follow what was revoked",
    )
    .says("With `Accept: text/event-stream` it goes on as sessions end. How to read it: docs/reference/revocation-feed.md.")
    .parameter(query("after", cursor(), "The `cursor` of the message before."))
    .parameter(query("wait", wait, "Seconds to wait for something new; 50 at most are waited."))
    .parameter(header("Last-Event-ID", cursor(), "The cursor of the last message that a stream's reader has taken."))
    .needs(Needs::Key("verify"))
    .gives::<FeedMessage>(200, "A message, or a stream of them.")
    .or_text("text/event-stream");
    let snapshot = Operation::new(
        "revocations",
        "get",
        "/v1/apps/{app}/revocations/snapshot",
        "readRevocationSnapshot",
        "Read what was revoked, from the oldest entry that matters",
    )
    .needs(Needs::Key("verify"))
    .gives::<FeedMessage>(200, "The first message; while its `cursor` is not `head`, go on after it.");
    vec![read.refuses(&[Code::InvalidRequest]), snapshot.refuses(&[])]
}

fn cursor() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{16}-(0|[1-9][0-9]{0,18})$"})
}
