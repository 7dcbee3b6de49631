//! The keys that sign admins' auth tokens: shown, followed and retired by the rules of every app's, and put down in the audit log.
//!
//! For whoever can open the process's own socket: no address names the console's app, and no API key reaches these.

use serde_json::json;
use tenure_core::id::AppId;
use tenure_wire::app::{RetireSigningKey, RotateSigningKey, SigningKey};

use crate::audit::Act;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::signing_keys::parse_alg;

impl Service {
    /// The console's signing keys, oldest first; none as long as nobody was given a link into it.
    pub fn console_keys(&self) -> Result<Vec<SigningKey>> {
        match self.signing_keys(&AppId::console()) {
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            found => found,
        }
    }

    /// [`rotate_signing_key`](Self::rotate_signing_key) for the console. Refuses as long as it has no key.
    pub async fn rotate_console_key(&self, request: &RotateSigningKey) -> Result<SigningKey> {
        request.alg.as_deref().map(parse_alg).transpose()?;
        if self.console_keys()?.is_empty() {
            let says =
                "the console has no key yet: it gets one with the first link into it (tenure admin link)";
            return Err(Error::Conflict(says.into()));
        }
        let detail = json!({"alg": request.alg});
        let act = Act { reason: request.reason.clone(), detail, ..Act::on("console_key_rotated", "console") };
        self.audit_of_machine(act).await?;
        self.rotate_signing_key(&AppId::console(), request).await
    }

    /// [`retire_signing_key`](Self::retire_signing_key) for the console. Where a key is compromised, each admin goes on with the
    /// next page that they open: their refresh token is none that the key has signed.
    pub async fn retire_console_key(&self, kid: &str, request: &RetireSigningKey) -> Result<Vec<SigningKey>> {
        if !self.console_keys()?.iter().any(|key| key.kid == kid) {
            return Err(Error::NotFound("signing key"));
        }
        let detail = json!({"compromised": request.compromised});
        let act = Act { reason: request.reason.clone(), detail, ..Act::on("console_key_retired", kid) };
        self.audit_of_machine(act).await?;
        self.retire_signing_key(&AppId::console(), kid, request).await
    }
}
