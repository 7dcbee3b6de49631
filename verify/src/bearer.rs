//! The token of a request (RFC 6750 §2.1), and nothing but the token.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::refusal::Refusal;

/// What one header `Authorization: Bearer …` holds.
///
/// Refused: no such header, several, and one of another scheme, as [`Refusal::MissingToken`].
pub(crate) fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (all.next(), all.next()) else { return Err(Refusal::MissingToken) };
    // What is not ASCII is in no token.
    let text = header.to_str().map_err(|_| Refusal::MalformedToken)?;
    let (scheme, token) = text.split_once(' ').ok_or(Refusal::MissingToken)?;
    let token = token.trim_matches(' ');
    if token.is_empty() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::MissingToken);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .collect()
    }

    #[test]
    fn a_token_stands_in_one_header_of_the_scheme() {
        for one in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c "] {
            assert_eq!(token(&headers(&[one])), Ok("a.b.c"), "{one}");
        }
        for none in ["", "Bearer", "Bearer ", "Basic a.b.c", "a.b.c"] {
            assert_eq!(token(&headers(&[none])), Err(Refusal::MissingToken), "{none}");
        }
        assert_eq!(token(&headers(&[])), Err(Refusal::MissingToken));
        assert_eq!(token(&headers(&["Bearer a.b.c", "Bearer a.b.c"])), Err(Refusal::MissingToken));
        assert_eq!(token(&headers(&["Bearer é"])), Err(Refusal::MalformedToken));
    }
}
