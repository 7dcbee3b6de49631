//! Compact JWS and JWK (RFC 7515, RFC 7517): sign, verify and name keys, with ES256, EdDSA (Ed25519) and RS256.
//!
//! Nothing here reads a clock, opens a connection or knows what a claim means. Keys are parsed once; after that, signing and
//! checking cost little more than the signature. What is not needed for a token of ours is not there: no JSON serialization, no
//! encryption, no HMAC, no keys out of headers.
//!
//! ```
//! use std::sync::Arc;
//! use tenure_jose::{Alg, Refusal, Signer, SigningKey, VerifyingKey, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = Arc::new(SigningKey::generate(Alg::Es256)?);
//! let signer = Signer::new(key.clone(), "at+jwt");
//! let token = signer.sign(br#"{"sub":"ada"}"#)?;
//!
//! // Elsewhere, from the published key set:
//! let public = VerifyingKey::from_jwk(key.public())?;
//! let find = |kid: &str| (kid == public.kid()).then_some(&public);
//! let verified = verify(&token, find, &["at+jwt"])?;
//! assert_eq!(verified.payload()["sub"], "ada");
//!
//! // A token of one kind is refused where another is asked for.
//! assert_eq!(verify(&token, find, &["logout+jwt"]), Err(Refusal::WrongType));
//! # Ok(())
//! # }
//! ```
//!
//! Modules are declared from the most to the least important; each uses only those below it.

mod sign;
mod verify;

mod unverified;

mod compact;
mod header;
mod json;

mod signing_key;
mod verifying_key;

mod kid;
mod thumbprint;

mod alg;
mod error;
mod refusal;

pub mod limits;

pub use alg::Alg;
pub use error::{KeyError, SignError};
pub use refusal::Refusal;
pub use sign::Signer;
pub use signing_key::SigningKey;
pub use thumbprint::thumbprint;
pub use unverified::{Unverified, Verified};
pub use verify::verify;
pub use verifying_key::VerifyingKey;
