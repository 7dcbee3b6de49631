//! How far a new installation has come: what is still to be done until its first session was opened, refreshed and ended.

use serde_json::json;
use tenure_core::family::State;
use tenure_core::id::AppId;
use tenure_store::{Expected, Filter, Kind, Page};

use crate::error::Result;
use crate::records;
use crate::service::Service;

/// The record that is there once all of it was done.
const DONE: &str = "first_steps_done";
/// Sessions that are looked at, the newest of each app: more there are only where all of this is long done.
const LOOKED_AT: u32 = 50;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstSteps {
    /// The first app of a user's own.
    pub app: Option<AppId>,
    /// An app whose refresh tokens are on.
    pub refresh_tokens: Option<AppId>,
    /// A session was opened.
    pub opened: bool,
    /// One was refreshed.
    pub refreshed: bool,
    /// One has ended.
    pub ended: bool,
}

impl FirstSteps {
    /// How many of them were made.
    pub fn made(&self) -> usize {
        self.each().into_iter().filter(|made| *made).count()
    }

    fn are_done(&self) -> bool {
        self.each().into_iter().all(|made| made)
    }

    fn each(&self) -> [bool; 5] {
        [self.app.is_some(), self.refresh_tokens.is_some(), self.opened, self.refreshed, self.ended]
    }
}

impl Service {
    /// How far this installation has come; `None` once all of it was done, for good.
    pub async fn first_steps(&self) -> Result<Option<FirstSteps>> {
        if self.store.get(Kind::Installation, DONE).await?.is_some() {
            return Ok(None);
        }
        let now = self.now()?;
        let mut steps = FirstSteps::default();
        for app in self.catalogue.all().iter().filter(|app| !app.id.is_console()) {
            steps.app.get_or_insert(app.id.clone());
            if app.settings.refresh_tokens {
                steps.refresh_tokens.get_or_insert(app.id.clone());
            }
            let page = Page { after: None, limit: LOOKED_AT };
            for session in self.store.list(&Filter::of_app(app.id.clone()), now, page).await?.families {
                steps.opened = true;
                steps.refreshed |= session.head.seq.0 > 1;
                steps.ended |= session.state != State::Live;
            }
        }
        if !steps.are_done() {
            return Ok(Some(steps));
        }
        let put =
            records::put(Kind::Installation, DONE.to_owned(), &json!({"at": now.secs()}), Expected::Any)?;
        self.store.write(&[put]).await?;
        Ok(None)
    }
}
