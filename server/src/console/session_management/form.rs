//! The form: every setting as a field, with the presets above and what they mean beside.

use askama::Template;

use super::cards::{self, Group};
use super::draft::{CLIENTS, Draft};
use super::fields::{FIELDS, Field, Kind};
use super::frame;
use super::meaning::{FieldProblem, MeaningView, weigh};
use crate::answer::Failure;
use crate::console::Console;
use crate::console::at_app::AtApp;
use crate::console::page::{AppName, Frame, Place};

/// What stands in a section of its own; the rest is under "advanced".
const APART: [&str; 6] = [
    "refresh_tokens",
    "auth_token_ttl",
    "idle_timeout",
    "absolute_lifetime",
    "retry_leeway",
    "justification",
];

/// See the module.
#[derive(Template)]
#[template(path = "console/session_management.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    app: AppName,
    version: u32,
    /// Others have changed the settings since the form was opened.
    behind: bool,
    /// The preset of the draft, and that of the app.
    preset: Option<&'static str>,
    in_force: Option<String>,
    default_ttl: bool,
    on: bool,
    clients: &'static str,
    groups: Vec<Group>,
    lifetimes: Vec<FieldView>,
    leeway: FieldView,
    justification: FieldView,
    advanced: Vec<FieldView>,
    /// Whether something is wrong with an advanced field, which has to be seen then.
    advanced_open: bool,
    meaning: MeaningView,
    may_change: bool,
}

/// A field as it is shown.
pub(super) struct FieldView {
    key: &'static str,
    label: &'static str,
    does: &'static str,
    bounds: &'static str,
    default: String,
    text: String,
    /// Shown where nothing was typed and that means something.
    placeholder: &'static str,
    shape: Shape,
    not_yet: bool,
    says: Option<String>,
}

/// How a field is filled in.
enum Shape {
    Line,
    Lines,
    Choice(Vec<Choice>),
}

struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

impl FormPage {
    /// The form of `draft`, below what is said first.
    pub(super) async fn of(
        console: &Console,
        at: &AtApp,
        notice: Option<String>,
        draft: Draft,
    ) -> Result<Self, Failure> {
        let app = &at.app;
        let meaning = MeaningView::from(weigh(console, app, &draft).await?.considered);
        let view = |field: &&'static Field| FieldView::of(field, &draft, &meaning.problems);
        let one = |key: &str| Field::find(key).map(|field| view(&field)).ok_or_else(|| no_field(key));
        let advanced: Vec<_> =
            FIELDS.iter().filter(|field| !APART.contains(&field.key)).map(|f| view(&f)).collect();
        let leeway = draft.text("retry_leeway");
        Ok(Self {
            app: at.name(),
            version: draft.version,
            behind: draft.version != app.settings_version,
            preset: draft.preset.map(|preset| preset.id),
            in_force: app.preset.clone(),
            default_ttl: draft.default_ttl,
            on: draft.text("refresh_tokens") == "true",
            clients: CLIENTS.iter().find(|(_, sets)| *sets == leeway).map_or("other", |(name, _)| name),
            groups: cards::groups(draft.preset.map(|preset| preset.id)),
            lifetimes: APART[1..4].iter().map(|key| one(key)).collect::<Result<_, _>>()?,
            leeway: one("retry_leeway")?,
            justification: one("justification")?,
            advanced_open: advanced.iter().any(|field| field.says.is_some()),
            advanced,
            meaning,
            may_change: at.may_change(),
            frame: Frame { notice, ..frame(console, at) },
        })
    }
}

fn no_field(key: &str) -> Failure {
    tenure_service::error::Error::bug(format!("there is no field {key}")).into()
}

impl FieldView {
    fn of(field: &'static Field, draft: &Draft, problems: &[FieldProblem]) -> Self {
        let text = draft.text(field.key).to_owned();
        let shape = match field.kind {
            Kind::Choice(words) => Shape::Choice(
                words.iter().map(|(value, words)| Choice { value, words, chosen: *value == text }).collect(),
            ),
            Kind::Lines | Kind::Text => Shape::Lines,
            _ => Shape::Line,
        };
        let said: Vec<_> = problems
            .iter()
            .filter(|problem| problem.key == field.key)
            .map(|problem| problem.says.as_str())
            .collect();
        let follows = field.key == "auth_token_ttl" && draft.default_ttl;
        Self {
            key: field.key,
            label: field.label,
            does: field.does,
            bounds: &field.bounds,
            default: field.default(),
            placeholder: if follows { "10m, or 1h while off" } else { "" },
            shape,
            not_yet: field.not_yet,
            says: (!said.is_empty()).then(|| said.join("; ")),
            text,
        }
    }
}
