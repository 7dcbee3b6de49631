//! Why something was not done, sorted by whose fault it is.

use std::fmt;

use tenure_core::refusal::Refusal;
use tenure_store::Unavailable;

/// Why something was not done. An outage and a bug never look like a refusal: a refusal signs people out.
#[derive(Debug)]
pub enum Error {
    /// The session is not served, and why.
    Session(Refusal),
    /// The session is over, and why: there is nothing left to change.
    SessionOver(Refusal),
    /// There is no such thing.
    NotFound(&'static str),
    /// The request is not acceptable: each field with what it must be.
    Invalid(Vec<Problem>),
    /// Somebody else changed it meanwhile, or it exists already.
    Conflict(String),
    /// The caller may not do this.
    Forbidden(&'static str),
    /// Only whoever runs the process may do this.
    OwnerOnly,
    /// The auth token does not say who calls.
    NoUser(NoUser),
    /// The link into the console is none, was used, or came too late.
    AdminLink,
    /// The admin's role does not allow it; which role would.
    AdminMayNot(&'static str),
    /// The user has as many sessions as the app allows.
    SessionLimit,
    /// Too many requests; try again in this many seconds.
    TooMany {
        /// Seconds.
        retry_after: u32,
    },
    /// Not now. Nothing is wrong with the request.
    Unavailable(Unavailable),
    /// A fault of ours.
    Bug(String),
}

/// Why an auth token does not say who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUser {
    /// It is none that this app signed.
    Unknown,
    /// It was signed here, and is not good now: it has expired, or its session is over.
    Over,
    /// It is good, and of no session: the app was stateless when it was signed.
    NoSession,
}

/// A field of a request that is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub path: String,
    /// What it must be.
    pub says: String,
}

/// The result of everything that the service does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One field that is not acceptable.
    pub fn invalid(path: impl Into<String>, says: impl fmt::Display) -> Self {
        Self::Invalid(vec![Problem { path: path.into(), says: says.to_string() }])
    }

    /// Not now: a restored store may have lost what it knew of this `what`, and nobody has decided yet what becomes of that.
    pub(crate) fn undecided(what: &str) -> Self {
        let why =
            format!("a restored store may have lost this {what}, and nobody has run `tenure recover` yet");
        Self::Unavailable(Unavailable::new(why))
    }

    /// A fault of ours, with its context.
    pub fn bug(context: impl fmt::Display) -> Self {
        Self::Bug(context.to_string())
    }
}

impl From<Unavailable> for Error {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(refusal) => write!(f, "the session is not served: {}", refusal.as_str()),
            Self::SessionOver(refusal) => write!(f, "the session is over: {}", refusal.as_str()),
            Self::NotFound(what) => write!(f, "there is no such {what}"),
            Self::Invalid(problems) => {
                let said: Vec<_> = problems.iter().map(|p| format!("{} {}", p.path, p.says)).collect();
                f.write_str(&said.join("; "))
            }
            Self::Conflict(says) => f.write_str(says),
            Self::Forbidden(says) => f.write_str(says),
            Self::OwnerOnly => f.write_str("only the process's own socket may ask for this"),
            Self::NoUser(_) => f.write_str("the auth token does not say who calls"),
            Self::AdminLink => f.write_str("the link into the console is not valid"),
            Self::AdminMayNot(needed) => write!(f, "this needs the role {needed}"),
            Self::SessionLimit => f.write_str("the user has as many live sessions as this app allows"),
            Self::TooMany { retry_after } => write!(f, "too many requests; try again in {retry_after} s"),
            Self::Unavailable(unavailable) => unavailable.fmt(f),
            Self::Bug(context) => write!(f, "a fault of ours: {context}"),
        }
    }
}

impl std::error::Error for Error {}
