//! The settings that are a choice between words.

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every choice, as it is written in JSON, TOML and the console.
            pub const CHOICES: &'static [&'static str] = &[$($text),+];

            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The choice with this name.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

choice!(
    /// What counts as activity for the idle time-out.
    IdleCounts {
        /// A refresh that says the page was focused or visible, or says nothing.
        UserActivity = "user_activity",
        /// Only a refresh that says the page was focused or visible.
        StrictActivity = "strict_activity",
        /// Every refresh.
        AnyRefresh = "any_refresh",
    }
);
choice!(
    /// Whether each use replaces the refresh token.
    Rotation {
        /// Each use replaces it.
        Every = "every",
        /// Only for sender-constrained or confidential clients.
        Off = "off",
    }
);
choice!(
    /// What the reuse of a replaced token ends.
    ReuseDetection {
        /// The session.
        EndSession = "end_session",
        /// Every session of the user in the app.
        EndUser = "end_user",
        /// Nothing: the token is refused, and who would have been ended is counted.
        Observe = "observe",
    }
);
choice!(
    /// What a late retry without an `Idempotency-Key` gets.
    LostResponse {
        /// The session ends.
        End = "end",
        /// Another successor, which replaces the one that was lost.
        Reissue = "reissue",
    }
);
choice!(
    /// What happens when a user has as many sessions as they may.
    OnLimit {
        /// The one that was opened first ends.
        EndOldest = "end_oldest",
        /// The new one is refused.
        Deny = "deny",
    }
);
choice!(
    /// The algorithm of auth tokens.
    SigningAlg {
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// RSA PKCS#1 v1.5 with SHA-256, 2048 bits.
        Rs256 = "RS256",
    }
);
choice!(
    /// The header `typ` of auth tokens.
    TokenTyp {
        /// `JWT`.
        Jwt = "JWT",
        /// `at+jwt` (RFC 9068).
        AtJwt = "at+jwt",
    }
);
choice!(
    /// How a browser carries the refresh token.
    Transport {
        /// In bodies; the application keeps it.
        Token = "token",
        /// In an HttpOnly cookie.
        Cookie = "cookie",
    }
);
choice!(
    /// Whether the cookie outlives the browser.
    CookiePersistence {
        /// It does, for as long as the session.
        Persistent = "persistent",
        /// It is gone when the browser closes.
        Session = "session",
    }
);
choice!(
    /// What kind of client holds the session.
    ClientKind {
        /// A browser.
        Web = "web",
        /// An installed application.
        Native = "native",
        /// A device or job without a user.
        Unattended = "unattended",
    }
);
choice!(
    /// Proof of possession for the refresh token.
    Binding {
        /// None: a bearer token.
        None = "none",
        /// DPoP (RFC 9449).
        Dpop = "dpop",
        /// Device-bound session credentials.
        Dbsc = "dbsc",
        /// Either.
        Any = "any",
    }
);
choice!(
    /// Whether ends are announced to verifiers.
    Revocation {
        /// No: an auth token lives until it expires.
        None = "none",
        /// In the revocation feed.
        Feed = "feed",
        /// In the feed, and in status lists that any cache may keep.
        StatusList = "status_list",
    }
);
