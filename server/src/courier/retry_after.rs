//! `Retry-After` (RFC 9110 §10.2.3): seconds, or a moment by the clock of whoever says it.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};

/// How long an answer asks to be left alone. A moment counts from the answer's own `Date`, so that clocks may differ; without that
/// it says nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if asked.bytes().all(|byte| byte.is_ascii_digit()) {
        return asked.parse().ok().map(Duration::from_secs);
    }
    let moment = |text: &str| httpdate::parse_http_date(text).ok();
    let (until, said): (SystemTime, SystemTime) = (moment(asked)?, moment(text(DATE)?)?);
    until.duration_since(said).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn it_is_seconds_or_a_moment_after_the_date() {
        let of = |pairs: &[(HeaderName, &'static str)]| {
            let headers = pairs.iter().map(|(name, text)| (name.clone(), HeaderValue::from_static(text)));
            retry_after(&headers.collect()).map(|time| time.as_secs())
        };
        assert_eq!(of(&[(RETRY_AFTER, "120")]), Some(120));
        assert_eq!(of(&[(RETRY_AFTER, "0")]), Some(0));
        for none in ["", "-1", "1.5", "soon", "99999999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(of(&[(RETRY_AFTER, none)]), None, "{none}");
        }
        let (earlier, later) = ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:30:00 GMT");
        assert_eq!(of(&[(RETRY_AFTER, later), (DATE, earlier)]), Some(120));
        assert_eq!(of(&[(RETRY_AFTER, earlier), (DATE, later)]), None);
        assert_eq!(of(&[]), None);
    }
}
