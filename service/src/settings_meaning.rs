//! What session settings mean, in sentences: for a thief, for the people who sign in, for the load, and beside standards.
//!
//! The one place of these words. Says nothing of what is not in force yet.

mod standards;
mod week;

pub use standards::Standing;

use tenure_core::preset::Preset;
use tenure_core::settings::{
    ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation, Settings,
    Transport,
};
use tenure_core::time::Span;

use crate::lengths::in_words;
use crate::limits::STATUS_LIST_REACHES_WITHIN;

const DAY_SECS: i64 = 86_400;

/// Live sessions of an app when its settings are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// How many.
    pub live: u64,
    /// There may be more: counting stopped there.
    pub or_more: bool,
}

/// One thing that settings mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// What it is about, in two or three words.
    pub about: &'static str,
    /// What is so.
    pub says: String,
    /// Whether it is something that one may regret.
    pub caution: bool,
}

/// What settings mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// In the order in which one would ask.
    pub sentences: Vec<Sentence>,
    /// Beside each standard that concerns such sessions.
    pub standards: Vec<Standing>,
}

/// What `settings` mean for an app with so many `sessions`. For settings that may not be used, too: one is about to mend them.
pub fn meaning(settings: &Settings, preset: Option<&Preset>, sessions: Sessions) -> Meaning {
    let sentences = if settings.refresh_tokens {
        let found = [
            Some(stolen_auth_token(settings)),
            Some(stolen_refresh_token(settings)),
            Some(Sentence::plain("A weekend", week::friday(settings))),
            Some(Sentence::plain("Coming back", week::coming_back(settings))),
            activity(settings),
            Some(lost_answer(settings)),
            sessions_of_a_user(settings),
            cookie(settings),
            Some(load(settings, sessions)),
        ];
        found.into_iter().flatten().collect()
    } else {
        stateless(settings)
    };
    Meaning { sentences, standards: standards::beside(settings, preset) }
}

impl Sentence {
    fn plain(about: &'static str, says: String) -> Self {
        Self { about, says, caution: false }
    }

    fn caution(about: &'static str, says: String) -> Self {
        Self { about, says, caution: true }
    }
}

fn words(span: Span) -> String {
    in_words(span.secs())
}

fn stateless(s: &Settings) -> Vec<Sentence> {
    let ttl = words(s.auth_token_ttl());
    let reached = match s.revocation {
        Revocation::Feed | Revocation::StatusList => {
            " What does is to end all sessions of the user: verifiers that follow the revocation feed refuse it within a second."
        }
        Revocation::None => "",
    };
    vec![
        Sentence::plain(
            "Signed in",
            format!(
                "A user gets one auth token and has to sign in again after {ttl}. Nothing is stored, and nothing is refreshed: the \
                 idle time-out and the absolute lifetime have no effect."
            ),
        ),
        Sentence::caution(
            "A stolen auth token",
            format!(
                "Works until it expires, for at most {ttl}. Signing out does not change that: there is no session to end.{reached}"
            ),
        ),
    ]
}

fn stolen_auth_token(s: &Settings) -> Sentence {
    let ttl = words(s.auth_token_ttl());
    let says = match s.revocation {
        Revocation::Feed => format!(
            "Works for at most {ttl}. Once its session has ended, verifiers that follow the revocation feed refuse it within a second, \
             and introspection does at once; what only checks signatures takes it until it expires."
        ),
        Revocation::StatusList => format!(
            "Works for at most {ttl}. Once its session has ended, verifiers that follow the revocation feed refuse it within a second, \
             those that read status lists within {}, and introspection at once; what only checks signatures takes it until it expires.",
            words(STATUS_LIST_REACHES_WITHIN)
        ),
        Revocation::None => format!(
            "Works for at most {ttl}, wherever it is only verified: signing out or ending the session does not reach it there sooner. \
             Introspection refuses it at once."
        ),
    };
    Sentence { about: "A stolen auth token", says, caution: s.auth_token_ttl() > Span::from_hours(1) }
}

fn stolen_refresh_token(s: &Settings) -> Sentence {
    let about = "A stolen refresh token";
    let absolute = words(s.absolute_lifetime);
    let unnoticed = format!(
        "If the user never comes back, the thief has the session until its end, {absolute} after the sign-in."
    );
    match s.reuse_detection {
        ReuseDetection::EndSession => Sentence::plain(
            about,
            format!(
                "Is caught when both the thief and the user have used it: the session ends for both. {unnoticed}"
            ),
        ),
        ReuseDetection::EndUser => Sentence::plain(
            about,
            format!(
                "Is caught when both the thief and the user have used it: every session of the user ends. {unnoticed}"
            ),
        ),
        ReuseDetection::Observe => Sentence::caution(
            about,
            format!(
                "Is refused once it was used, and ends nothing: whoever used it first keeps the session. Meant for looking on for a \
                 while before turning detection on. {unnoticed}"
            ),
        ),
    }
}

fn activity(s: &Settings) -> Option<Sentence> {
    let idle = words(s.idle_timeout?);
    let says = match s.idle_counts {
        IdleCounts::UserActivity => format!(
            "A page that refreshes in the background, unseen, does not keep the session: it ends after {idle}. A client that does not \
             say whether it is seen counts as active. It is the client's word."
        ),
        IdleCounts::StrictActivity => format!(
            "Only a client that says that its user is there keeps the session for more than {idle}: one that says nothing is signed \
             out. It is the client's word."
        ),
        IdleCounts::AnyRefresh => {
            format!(
                "Every refresh counts: a page that stays open, seen or not, is never idle. After {idle} without one the session ends."
            )
        }
    };
    Some(Sentence { about: "Activity", says, caution: s.idle_counts == IdleCounts::AnyRefresh })
}

fn lost_answer(s: &Settings) -> Sentence {
    let about = "A lost answer";
    let keyed = "A client that sends an Idempotency-Key asks again and loses nothing.";
    if s.retry_leeway > Span::ZERO {
        let leeway = words(s.retry_leeway);
        let without = format!(
            "One that sends none may repeat a refresh for {leeway}; so long, a copy of the token that was just used is served, too."
        );
        return Sentence::plain(about, format!("{keyed} {without}{}", later(s)));
    }
    match s.lost_response {
        LostResponse::End => Sentence::caution(
            about,
            format!("{keyed} One that sends none is signed out by asking again: there is no leeway for it."),
        ),
        LostResponse::Reissue => Sentence::plain(about, format!("{keyed}{}", later(s))),
    }
}

fn later(s: &Settings) -> &'static str {
    match s.lost_response {
        LostResponse::End => "",
        LostResponse::Reissue => {
            " Whoever asks later, without a key, gets another token, as long as the lost one was not used: a thief, too, until then."
        }
    }
}

fn sessions_of_a_user(s: &Settings) -> Option<Sentence> {
    let most = s.max_sessions?;
    let then = match s.on_limit {
        OnLimit::EndOldest => "one more signs the oldest out",
        OnLimit::Deny => "one more is refused until another ends",
    };
    let noun = if most == 1 { "session" } else { "sessions" };
    Some(Sentence::plain("Devices", format!("A user has at most {most} {noun} at a time: {then}.")))
}

fn cookie(s: &Settings) -> Option<Sentence> {
    if s.transport == Transport::Token {
        return None;
    }
    let until = match s.cookie_persistence {
        CookiePersistence::Persistent => "until the session's end",
        CookiePersistence::Session => "until the browser is closed",
    };
    let says = format!(
        "The refresh token is in a cookie that no script reads, for the pages of the app's origins alone, {until}."
    );
    Some(Sentence::plain("Browsers", says))
}

fn load(s: &Settings, sessions: Sessions) -> Sentence {
    let every = s.auth_token_ttl().secs().max(1);
    let what = match s.client_kind {
        ClientKind::Web => "Each open tab",
        ClientKind::Native => "Each open app",
        ClientKind::Unattended => "Each device",
    };
    let times = match (DAY_SECS + every / 2) / every {
        1 => "once a day".to_owned(),
        times => format!("{} times a day", thousands(times as u64)),
    };
    let more = if sessions.or_more { "or more " } else { "" };
    let live = thousands(sessions.live);
    let rate = match sessions.live {
        0 if sessions.or_more => {
            "How many sessions are live is more than can be counted as one types.".to_owned()
        }
        0 => "No session is live now.".to_owned(),
        1 if !sessions.or_more => "One session is live now.".to_owned(),
        n => format!(
            "With all {live} {more}live sessions in use at once: {}.",
            a_second(n as f64 / every as f64, sessions.or_more)
        ),
    };
    Sentence::plain("Load", format!("{what} refreshes about {times}. {rate}"))
}

fn a_second(rate: f64, or_more: bool) -> String {
    let about = if or_more { "at least" } else { "about" };
    match rate {
        rate if rate < 1.0 && or_more => "one refresh a second or more".to_owned(),
        rate if rate < 1.0 => "less than one refresh a second".to_owned(),
        rate if rate < 10.0 => format!("{about} {rate:.1} refreshes a second"),
        rate => format!("{about} {} refreshes a second", thousands(rate.round() as u64)),
    }
}

/// A number with a comma between thousands.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests;
