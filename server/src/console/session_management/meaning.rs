//! What a draft means: the timeline, the sentences, and what is wrong with it. In the service's words alone.

use askama::Template;
use tenure_core::id::AppId;
use tenure_service::catalogue::App;
use tenure_service::settings_meaning::{Sentence, Standing};
use tenure_service::settings_preview::Considered;

use super::draft::{Draft, Given};
use super::fields::Field;
use super::since;
use super::timeline::Timeline;
use crate::answer::Failure;
use crate::console::Console;

/// The piece of the page that changes as one types.
#[derive(Template)]
#[template(path = "console/session_management/meaning.html")]
pub(super) struct MeaningPiece {
    pub(super) meaning: MeaningView,
}

/// See the module.
pub(super) struct MeaningView {
    pub(super) timeline: Timeline,
    pub(super) sentences: Vec<Sentence>,
    pub(super) standards: Vec<Standing>,
    /// What a preset asks for and cannot have yet.
    pub(super) not_met: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) problems: Vec<FieldProblem>,
    pub(super) sessions_on: bool,
    /// How many settings would change, in words.
    pub(super) changes: String,
}

/// What is wrong with a field.
#[derive(Clone, Debug)]
pub(super) struct FieldProblem {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) says: String,
}

/// A draft, held against the settings that it began from and those that are in force.
pub(super) struct Weighed {
    pub(super) given: Given,
    pub(super) considered: Considered,
    pub(super) since: since::Since,
}

/// What `draft` changes, and what would come of it.
pub(super) async fn weigh(console: &Console, app: &App, draft: &Draft) -> Result<Weighed, Failure> {
    let since = since::since(console, app, draft.version).await?;
    let given = draft.given(&since.base);
    let considered = consider(console, &app.id, &given).await?;
    Ok(Weighed { given, considered, since })
}

async fn consider(console: &Console, app: &AppId, given: &Given) -> Result<Considered, Failure> {
    let mut considered = console.http.service.consider_settings(app, &given.settings).await?;
    // A field that is not understood was not given: what its value of before would violate is no news.
    if !given.problems.is_empty() {
        considered.problems.retain(|problem| !given.problems.iter().any(|own| own.path == problem.path));
        considered.problems.extend(given.problems.iter().cloned());
    }
    Ok(considered)
}

impl MeaningView {
    /// What `draft` means for the app.
    pub(super) async fn of(console: &Console, app: &App, draft: &Draft) -> Result<Self, Failure> {
        Ok(Self::from(weigh(console, app, draft).await?.considered))
    }
}

impl From<Considered> for MeaningView {
    fn from(considered: Considered) -> Self {
        let settings = &considered.settings;
        let not_met = considered.preset.map(|preset| preset.not_met(settings)).unwrap_or_default();
        let said = |path: &str, says: &str| format!("{} {says}.", label(path));
        Self {
            timeline: Timeline::of(&considered.settings),
            sentences: considered.meaning.sentences,
            standards: considered.meaning.standards,
            not_met: not_met.iter().map(|key| label(key)).collect(),
            warnings: considered.warnings.iter().map(|warning| said(&warning.path, &warning.says)).collect(),
            problems: considered
                .problems
                .into_iter()
                .map(|problem| FieldProblem {
                    key: key(&problem.path).to_owned(),
                    label: label(&problem.path),
                    says: problem.says,
                })
                .collect(),
            changes: match considered.changes {
                0 => "These are the settings in force.".to_owned(),
                1 => "One setting would change.".to_owned(),
                n => format!("{n} settings would change."),
            },
            sessions_on: considered.settings.refresh_tokens,
        }
    }
}

fn key(path: &str) -> &str {
    path.strip_prefix("settings.").unwrap_or(path)
}

/// What the field of a problem is called.
fn label(path: &str) -> String {
    Field::find(key(path)).map_or_else(|| key(path).to_owned(), |field| field.label.to_owned())
}
