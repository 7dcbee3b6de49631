//! When a message that was not taken is tried again.

use std::time::Duration;

use crate::limits::{WEBHOOK_FIRST_RETRY, WEBHOOK_LONGEST_RETRY, WEBHOOK_LONGEST_RETRY_AFTER};

/// How long to wait after so many failures in a row: twice as long after each, within bounds, shortened at random by up to half so
/// that many webhooks do not come back together; and as long as the receiver `asked` for, within bounds of its own.
pub(crate) fn next_try(failures: u32, asked: Option<Duration>, random: [u8; 4]) -> Duration {
    let doubled = WEBHOOK_FIRST_RETRY.saturating_mul(1 << failures.saturating_sub(1).min(20));
    let longest = doubled.min(WEBHOOK_LONGEST_RETRY);
    let share = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
    let ours = longest.mul_f64(0.5 + share / 2.0);
    ours.max(asked.unwrap_or_default().min(WEBHOOK_LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_within_bounds() {
        let span = |failures| {
            (next_try(failures, None, [0; 4]).as_millis(), next_try(failures, None, [255; 4]).as_millis())
        };
        assert_eq!(span(0), (500, 1000));
        assert_eq!(span(1), (500, 1000));
        assert_eq!(span(2), (1000, 2000));
        assert_eq!(span(5), (8000, 16_000));
        assert_eq!(span(11), (450_000, 900_000));
        assert_eq!(span(u32::MAX), (450_000, 900_000));
    }

    #[test]
    fn what_a_receiver_asks_for_is_done_within_bounds() {
        let asked = |secs| next_try(1, Some(Duration::from_secs(secs)), [255; 4]).as_secs();
        assert_eq!((asked(0), asked(1), asked(90), asked(3600)), (1, 1, 90, 3600));
        assert_eq!((asked(3601), asked(u64::MAX)), (3600, 3600));
        assert_eq!(next_try(20, Some(Duration::from_secs(5)), [255; 4]), WEBHOOK_LONGEST_RETRY);
    }
}
