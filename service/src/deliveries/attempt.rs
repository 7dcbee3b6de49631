//! Sending a message once, and saying what came of it.

use std::time::Duration;

use crate::error::Result;
use crate::limits::WEBHOOK_SAYS_BYTES;
use crate::service::Service;
use crate::webhook::{Answered, Courier, Destination, Message, NotDelivered, Outcome, Parcel};
use crate::webhook_records::Stored;

/// What came of it.
pub(crate) struct Tried {
    pub(crate) outcome: Outcome,
    /// The receiver's answer, if there was one.
    pub(crate) status: Option<u16>,
    pub(crate) took_ms: u64,
    /// Why it was not taken, in words.
    pub(crate) says: Option<String>,
    /// How long the receiver asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Service {
    /// Sends `message` once. Errors are our own: what the receiver does is no error.
    pub(crate) async fn try_message(
        &self,
        courier: &dyn Courier,
        webhook: &Stored,
        message: &Message,
    ) -> Result<Tried> {
        let reach = self.options.webhook_reach;
        let to = match Destination::parse(&webhook.record.url, reach) {
            Ok(to) => to,
            // It was within reach when it was named; the configuration has changed since.
            Err(says) => {
                let says = format!("the address {says}");
                return Ok(not_delivered(NotDelivered { outcome: Outcome::OutOfReach, says }, 0));
            }
        };
        let headers = webhook.record.headers(&self.ring.load(), &webhook.key, message, self.now()?)?;
        let begun = self.monotonic();
        let answer = courier.deliver(Parcel { to, reach, headers, body: message.body.clone() }).await;
        let took_ms = self.monotonic().saturating_sub(begun).as_millis() as u64;
        Ok(match answer {
            Ok(answer) => answered(answer, took_ms),
            Err(why) => not_delivered(why, took_ms),
        })
    }
}

fn answered(Answered { status, retry_after }: Answered, took_ms: u64) -> Tried {
    let (outcome, says) = match status {
        200..=299 => (Outcome::Delivered, None),
        300..=399 => (Outcome::Refused, Some(format!("it answered {status}; redirects are not followed"))),
        410 => (Outcome::Refused, Some("it answered 410: it wants no more messages".to_owned())),
        _ => (Outcome::Refused, Some(format!("it answered {status}"))),
    };
    Tried { outcome, status: Some(status), took_ms, says, retry_after }
}

fn not_delivered(NotDelivered { outcome, mut says }: NotDelivered, took_ms: u64) -> Tried {
    let mut end = says.len().min(WEBHOOK_SAYS_BYTES);
    while !says.is_char_boundary(end) {
        end -= 1;
    }
    says.truncate(end);
    let says = says.replace(char::is_control, " ");
    Tried { outcome, status: None, took_ms, says: Some(says), retry_after: None }
}
