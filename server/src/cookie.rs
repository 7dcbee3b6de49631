//! The cookie that carries a refresh token: how it is named, found, set and cleared.
//!
//! `__Host-` makes browsers hold to the rest (RFC 6265bis §4.1.3.2): Secure, for this host alone, and from this host alone. No
//! other host can set it, not even a subdomain; another port of this one can.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use tenure_core::id::AppId;
use tenure_core::settings::CookiePersistence;
use tenure_service::error::{Error, Result};
use tenure_service::issue::Issued;

/// The attributes of every cookie of ours. Strict costs nothing: it is sent by pages that call us, never by following a link.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// A `Cookie` header that holds the cookie twice, or something unreadable under its name. Deliberately no value is taken: which
/// of two is meant, nobody can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

/// The name of the cookie of `app`. Names are case-sensitive, as ids are.
pub fn name(app: &AppId) -> String {
    format!("__Host-tenure-{app}")
}

/// The value of the cookie `name`, as it was sent; `None` where there is none. What other cookies look like is not looked at.
pub fn find<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Ambiguous> {
    let sent = headers.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|b| *b == b';'));
    let mut found = sent.filter_map(|pair| {
        let (cookie, value) = pair.split_at(pair.iter().position(|b| *b == b'=')?);
        (cookie.trim_ascii() == name.as_bytes()).then(|| value[1..].trim_ascii())
    });
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.iter().all(u8::is_ascii_graphic) => {
            std::str::from_utf8(value).map(Some).map_err(|_| Ambiguous)
        }
        (Some(_), _) => Err(Ambiguous),
    }
}

/// Puts `token` into the cookie of `app`: until the session's end, or until the browser closes. That only tidies up: what ends
/// a session is here, not in the browser.
pub fn set(
    headers: &mut HeaderMap,
    app: &AppId,
    (token, issued): (&str, &Issued),
    persistence: CookiePersistence,
) -> Result<()> {
    let end = issued.result.refresh_token_expiration;
    let max_age = match (persistence, end) {
        (CookiePersistence::Persistent, Some(end)) => {
            format!("; Max-Age={}", (end - issued.at.secs()).max(1))
        }
        _ => String::new(),
    };
    put(headers, &format!("{}={token}; {ATTRIBUTES}{max_age}", name(app)))
}

/// Takes the cookie of `app` away.
pub fn clear(headers: &mut HeaderMap, app: &AppId) -> Result<()> {
    put(headers, &format!("{}=; {ATTRIBUTES}; Max-Age=0", name(app)))
}

fn put(headers: &mut HeaderMap, cookie: &str) -> Result<()> {
    let mut value = HeaderValue::from_str(cookie).map_err(Error::bug)?;
    value.set_sensitive(true);
    headers.append(SET_COOKIE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &HeaderMap) -> Result<Option<&str>, Ambiguous> {
        find(headers, "__Host-tenure-shop")
    }

    fn sent(values: &[&[u8]]) -> HeaderMap {
        let values = values.iter().map(|value| HeaderValue::from_bytes(value).expect("a header value"));
        values.map(|value| (COOKIE, value)).collect()
    }

    #[test]
    fn it_is_found_among_others() {
        for header in [
            "__Host-tenure-shop=tr1_x",
            "a=b; __Host-tenure-shop=tr1_x; c=d",
            " __Host-tenure-shop=tr1_x ;;; =; novalue",
            "__Host-tenure-shop2=no; __host-tenure-shop=no; __Host-tenure-shop=tr1_x",
            "x=\u{fc}; __Host-tenure-shop\t=\ttr1_x",
        ] {
            assert_eq!(found(&sent(&[header.as_bytes()])), Ok(Some("tr1_x")), "{header}");
        }
        assert_eq!(found(&sent(&[b"a=b", b"__Host-tenure-shop=tr1_x"])), Ok(Some("tr1_x")));
        assert_eq!(found(&sent(&[b"__Host-tenure-shop=a=b"])), Ok(Some("a=b")));
        assert_eq!(found(&sent(&[b"__Host-tenure-shop="])), Ok(Some("")));
    }

    #[test]
    fn others_are_not_it() {
        for header in [
            "",
            "tr1_x",
            "tenure-shop=x",
            "__Host-tenure-Shop=x",
            "a=__Host-tenure-shop=x",
            "\"__Host-tenure-shop\"=x",
        ] {
            assert_eq!(found(&sent(&[header.as_bytes()])), Ok(None), "{header}");
        }
        assert_eq!(found(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn two_are_none() {
        let one: &[u8] = b"__Host-tenure-shop=tr1_x";
        for headers in [vec![one, one], vec![b"__Host-tenure-shop=a; __Host-tenure-shop=a".as_slice()]] {
            assert_eq!(found(&sent(&headers)), Err(Ambiguous));
        }
        for value in ["\u{fc}", "a b", "a\tb"] {
            assert_eq!(found(&sent(&[format!("__Host-tenure-shop={value}").as_bytes()])), Err(Ambiguous));
        }
    }
}
