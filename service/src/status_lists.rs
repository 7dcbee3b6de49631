//! Status lists (draft-ietf-oauth-status-list): one bit a session, signed, for verifiers that cannot follow the feed.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use miniz_oxide::deflate::compress_to_vec_zlib;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Kind, Subject};
use tenure_wire::status_list::{StatusList, StatusListClaims, StatusLists};

use crate::catalogue::App;
use crate::error::{Error, Result};
use crate::limits::{STATUS_LIST_LIFE, STATUS_LIST_TTL_SECS, STATUS_LISTS_NAMED};
use crate::place::{Place, uri};
use crate::records::status_list_key;
use crate::service::Service;
use crate::status_cache::Ends;
pub use crate::status_cache::SignedList;

/// What the header of a list says of its type (§5.1).
const TYPE: &str = "statuslist+jwt";
/// The best compression that there is, which §4.1 asks for.
const COMPRESSION: u8 = 9;

impl Service {
    /// The list with this number. Every end that was answered ten seconds before this was called is in it, for as long as an auth
    /// token of the session may be alive, whichever node ended it.
    ///
    /// It is served when the setting has been turned off, too: auth tokens that name it are still around, and sessions keep
    /// their places. Many callers at once share one reading of the store and one signature.
    pub async fn status_list(&self, app: &AppId, list: &str) -> Result<Arc<SignedList>> {
        let now = self.now()?;
        let app = self.app(app)?;
        let list = parse(list).ok_or(Error::NotFound("status list"))?;
        let which = (app.id.clone(), list);
        let kid = app.signing_key(now)?.kid();
        let kept = || self.status_cache.signed.get(&which).filter(|kept| kept.kid == kid);
        if let Some(kept) = kept().filter(|kept| kept.is_fresh(now)) {
            return Ok(kept);
        }
        let key = status_list_key(&app.id, Some(list));
        self.store.get(Kind::StatusList, &key).await?.ok_or_else(|| self.no_list())?;
        let ends = self.status_cache.ends(&app.id);
        let mut ends = ends.lock().await;
        if let Some(kept) = kept().filter(|kept| kept.is_fresh(now)) {
            return Ok(kept);
        }
        self.read_ends(&app.id, &mut ends, now).await?;
        let lst = encode(&ends.bits(list));
        if let Some(kept) = kept().filter(|kept| kept.lst == lst && kept.is_young(now)) {
            kept.look(now);
            return Ok(kept);
        }
        let signed = Arc::new(self.sign_list(app.clone(), list, lst, now).await?);
        self.status_cache.signed.insert(which.clone(), signed.clone());
        Ok(signed)
    }

    /// Every list of `app` (§9.3), at most [`STATUS_LISTS_NAMED`]; one that was begun in the last ten seconds may be missing.
    /// Refuses (404) where it has none and will have none.
    pub async fn status_lists(&self, app: &AppId) -> Result<Arc<StatusLists>> {
        let (now, app) = (self.now()?, self.app(app)?);
        if let Some(named) = self.status_cache.named(&app.id, app.created_at, now) {
            return Ok(named);
        }
        let lists = self.list_records(&app.id, STATUS_LISTS_NAMED).await?;
        if lists.is_empty() && !app.has_status_lists() {
            return Err(self.no_list());
        }
        let uris = lists.iter().map(|(list, _)| uri(&app.issuer, *list)).collect();
        let named = Arc::new(StatusLists { status_lists: uris });
        if !lists.is_empty() {
            self.status_cache.name(&app.id, app.created_at, now, named.clone());
        }
        Ok(named)
    }

    /// There is no such list, unless a restored store may have lost it: then that is not said.
    fn no_list(&self) -> Error {
        if self.is_undecided() { Error::undecided("status list") } else { Error::NotFound("status list") }
    }

    /// Goes on in the feed to its end. What a session's entry does not say, its row does: it has kept its place.
    async fn read_ends(&self, app: &AppId, ends: &mut Ends, now: Timestamp) -> Result<()> {
        let head = self.feed_read_to().await?;
        while ends.read_to < head {
            let stretch = self.feed_stretch(app, ends.read_to, now).await?;
            for entry in &stretch.entries {
                // The ends of users and of whole apps come with an entry for each session, save for stateless tokens, which have
                // no place.
                let Subject::Session(session) = entry.announcement.subject else { continue };
                let family = self.store.load(session).await?;
                let claims = family.as_deref().and_then(|family| family.claims.as_deref());
                if let Some(place) = claims.and_then(|claims| Place::split(claims).0) {
                    ends.set(place, entry.announcement.forget_after);
                }
                ends.read_to = entry.n;
            }
            // Nothing is kept of what is between: it reaches no auth token any more.
            let gone = stretch.looked_to <= ends.read_to && stretch.entries.is_empty();
            ends.read_to = if gone { head } else { stretch.looked_to };
        }
        ends.forget(now);
        Ok(())
    }

    async fn sign_list(&self, app: Arc<App>, list: u32, lst: String, now: Timestamp) -> Result<SignedList> {
        let app = self.prepare_to_sign(app, now).await?;
        let key = app.signing_key(now)?;
        let claims = StatusListClaims {
            iss: &app.issuer,
            sub: &uri(&app.issuer, list),
            iat: now.secs(),
            exp: now.plus(STATUS_LIST_LIFE).secs(),
            ttl: STATUS_LIST_TTL_SECS,
            status_list: StatusList { bits: 1, lst: &lst },
        };
        let payload = serde_json::to_vec(&claims).map_err(Error::bug)?;
        let jwt = key.signer.of_kind(TYPE).sign(&payload).map_err(Error::bug)?;
        Ok(SignedList::new(jwt, lst, key.kid(), now))
    }
}

/// Bits as they stand in a list: compressed with ZLIB (RFC 1950), in base64url without padding (§4.1, §4.2).
fn encode(bits: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(&compress_to_vec_zlib(bits, COMPRESSION))
}

/// The number of a list has one text.
fn parse(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;
    use tenure_jose::{Alg, Signer, SigningKey, limits::MAX_TOKEN_BYTES};

    use super::*;
    use crate::entropy::{SystemEntropy, fresh};
    use crate::limits::STATUS_LIST_PLACES;
    use crate::status_cache::Ends;

    fn bytes(lst: &str) -> Vec<u8> {
        decompress_to_vec_zlib(&Base64UrlUnpadded::decode_vec(lst).unwrap()).unwrap()
    }

    #[test]
    fn sl_3_bits_are_written_as_the_draft_writes_them() {
        let mut ends = Ends::default();
        for index in [0, 3, 4, 5, 7, 8, 9, 13, 15] {
            ends.set(Place { list: 1, index }, Timestamp::from_secs(1));
        }
        assert_eq!(ends.bits(1)[..2], [0xb9, 0xa3], "the example of section 4.1");
        assert_eq!(encode(&[0xb9, 0xa3]), "eNrbuRgAAhcBXQ");
        assert_eq!(bytes(&encode(&ends.bits(1))), ends.bits(1));
        assert!(ends.bits(2).iter().all(|byte| *byte == 0), "another list");
        ends.forget(Timestamp::from_secs(2));
        assert!(ends.bits(1).iter().all(|byte| *byte == 0));
    }

    /// Half of the bits at random, which nothing can compress; the longest key, and an issuer of a thousand bytes.
    #[test]
    fn sl_8_the_longest_list_is_shorter_than_a_token_may_be() {
        let bits: [u8; STATUS_LIST_PLACES as usize / 8] = fresh(&SystemEntropy).unwrap();
        let lst = encode(&bits);
        let issuer = format!("https://{}", "x".repeat(1000));
        let claims = StatusListClaims {
            iss: &issuer,
            sub: &uri(&issuer, u32::MAX),
            iat: i64::from(u32::MAX),
            exp: i64::from(u32::MAX),
            ttl: STATUS_LIST_TTL_SECS,
            status_list: StatusList { bits: 1, lst: &lst },
        };
        let key = Arc::new(SigningKey::generate(Alg::Rs256).unwrap());
        let signed = Signer::new(key, TYPE).sign(&serde_json::to_vec(&claims).unwrap()).unwrap();
        assert!(signed.len() < MAX_TOKEN_BYTES);
        let empty = encode(&[0; STATUS_LIST_PLACES as usize / 8]);
        assert!(empty.len() < 40, "{} bytes", empty.len());
    }

    #[test]
    fn a_number_has_one_text() {
        assert_eq!(parse("4294967295"), Some(u32::MAX));
        for text in ["", "00", "01", "+1", "-1", " 1", "4294967296", "1.0", "\u{661}"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
