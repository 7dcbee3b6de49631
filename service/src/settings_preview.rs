//! Settings that somebody is considering: what would be wrong with them, and what they would mean. Changes nothing.

use serde_json::{Map, Value};
use tenure_core::id::AppId;
use tenure_core::preset::Preset;
use tenure_core::settings::Settings;
use tenure_store::{Filter, Status};

use crate::change_settings::{Proposed, put_together};
use crate::error::{Error, Problem, Result};
use crate::limits::{COUNT_AT_MOST, STRETCHES_BESIDE_A_LIST};
use crate::service::Service;
use crate::settings_effects::{differences, warnings};
use crate::settings_meaning::{Meaning, Sessions, meaning};

/// Settings as they would be, with the words of the checks that a change goes through.
pub struct Considered {
    /// All of them. Those of the app as it is, where what was given is not understood.
    pub settings: Settings,
    /// The preset that they name.
    pub preset: Option<&'static Preset>,
    /// Why they may not be used; none if they may.
    pub problems: Vec<Problem>,
    /// What may be set and is seldom meant.
    pub warnings: Vec<Problem>,
    /// How many settings differ from those in force.
    pub changes: usize,
    /// What they mean.
    pub meaning: Meaning,
}

impl Service {
    /// What [`change_settings`](Service::change_settings) would make of `given`, in words, at the present number of sessions.
    /// Costs one count beside a list.
    pub async fn consider_settings(&self, id: &AppId, given: &Map<String, Value>) -> Result<Considered> {
        let (app, now) = (self.app(id)?, self.now()?);
        let as_it_is = || Proposed { settings: app.settings.clone(), preset: app.preset.clone() };
        let (proposed, problems) = match put_together(app.settings.clone(), app.preset.clone(), given.clone())
        {
            Ok(proposed) => {
                let problems = proposed.problems();
                (proposed, problems)
            }
            Err(Error::Invalid(problems)) => (as_it_is(), problems),
            Err(error) => return Err(error),
        };
        // Asked for as one types: what one stretch tells is enough to say how much that is.
        let live = Filter { status: Some(Status::Live), ..Filter::of_app(id.clone()) };
        let live = self.count(&live, now, COUNT_AT_MOST, STRETCHES_BESIDE_A_LIST).await?;
        let sessions = Sessions { live: live.sessions, or_more: live.is_bound };
        let preset = proposed.preset();
        Ok(Considered {
            preset,
            problems,
            // What its preset asks for beyond that stands beside them.
            warnings: warnings(&proposed.settings, None),
            changes: differences(&app.settings, &proposed.settings).len(),
            meaning: meaning(&proposed.settings, preset, sessions),
            settings: proposed.settings,
        })
    }
}
