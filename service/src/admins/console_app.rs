//! The app that admins' sessions are sessions of. Nothing from outside names it: see [`AppId::console`].

use tenure_core::id::AppId;
use tenure_core::preset::Preset;
use tenure_core::settings::Settings;
use tenure_core::time::Span;

use crate::change_settings::first_record;
use crate::error::{Error, Result};
use crate::records::SettingsRecord;
use crate::service::Service;

const NAME: &str = "Tenure console";
const PRESET: &str = "aal3-privileged";
/// Two tabs of one browser refresh with the same cookie, and send no `Idempotency-Key`.
const LEEWAY: Span = Span::from_secs(30);

impl Service {
    /// Makes the app if it is not there. The turn to change apps is the caller's.
    pub(super) async fn console_app_once(&self) -> Result<()> {
        let id = AppId::console();
        if self.app(&id).is_err() {
            let preset = Preset::find(PRESET).ok_or_else(|| Error::bug("the console's preset is gone"))?;
            let settings = Settings { retry_leeway: LEEWAY, ..preset.apply(&Settings::default()) };
            let first = first_record(&settings, self.now()?);
            let record = SettingsRecord { preset: Some(preset.id.to_owned()), ..first };
            match self.make_app(&id, NAME, &record).await {
                // Another node was faster.
                Err(Error::Conflict(_)) if self.app(&id).is_ok() => {}
                made => drop(made?),
            }
        }
        Ok(())
    }
}
