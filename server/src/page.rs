//! Whether a page of the app sent a request that a cookie came with: browsers send cookies along for anybody.

use http::header::{HeaderName, ORIGIN};
use http::{HeaderMap, HeaderValue};
use tenure_service::catalogue::App;

use crate::answer::Failure;
use crate::code::Code;
use crate::state::Http;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const TENURE_CLIENT: HeaderName = HeaderName::from_static("tenure-client");

/// Refuses 403 unless all three hold: the browser says that a page of one of the app's origins, or of our own, sent it; it does
/// not say that this page is of another site; and a header is there that no page can send to another origin without our leave.
/// Nothing has been read or changed by then, the cookie least of all.
pub fn sent_it(http: &Http, app: &App, headers: &HeaderMap) -> Result<(), Failure> {
    let origin = only(headers, &ORIGIN)?.ok_or_else(|| {
        refused("There is no Origin header.", "Call from a page of one of the app's allowed_origins.")
    })?;
    if !is_allowed(app, origin) && origin.as_bytes() != own_origin(http.service.public_url()).as_bytes() {
        return Err(refused(
            "This page is not of the app.",
            "Add its origin, scheme, host and port, to the app's allowed_origins.",
        ));
    }
    match only(headers, &SEC_FETCH_SITE)?.map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"same-site") => {}
        Some(_) => {
            return Err(refused(
                "This page is of another site.",
                "The cookie is for pages of the same site as this server, such as app.example.com and auth.example.com.",
            ));
        }
    }
    match only(headers, &TENURE_CLIENT)? {
        Some(client) if !client.is_empty() => Ok(()),
        _ => Err(refused("There is no Tenure-Client header.", "Send Tenure-Client: 1 with the request.")),
    }
}

/// Whether `origin` is one of the app's, byte for byte.
pub fn is_allowed(app: &App, origin: &HeaderValue) -> bool {
    app.settings.allowed_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
}

/// Scheme, host and port of where this server is reached.
fn own_origin(public_url: &str) -> &str {
    let host = public_url.find("://").map_or(0, |at| at + 3);
    public_url[host..].find('/').map_or(public_url, |end| &public_url[..host + end])
}

/// The one header of this name: two say two things.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Failure> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(refused("A header that says where the request comes from stands twice.", "")),
    }
}

fn refused(error: &str, what_to_do: &str) -> Failure {
    let hint = format!("Nothing happened to the session or its cookie. {what_to_do}");
    Failure::new(Code::Forbidden, error, hint.trim_end())
}

#[cfg(test)]
mod tests {
    use super::own_origin;

    #[test]
    fn the_origin_of_an_address_has_no_path() {
        for (address, origin) in [
            ("https://auth.example.com", "https://auth.example.com"),
            ("https://auth.example.com/tenure/x", "https://auth.example.com"),
            ("http://localhost:7800", "http://localhost:7800"),
            ("http://[::1]:7800/", "http://[::1]:7800"),
        ] {
            assert_eq!(own_origin(address), origin);
        }
    }
}
