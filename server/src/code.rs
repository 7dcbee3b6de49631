//! Every error code, with its status: each has a section in `docs/reference/errors.md`.

use http::StatusCode;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal, $status:ident;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The status that it comes with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }
        }
    };
}

codes!(
    /// The `code` of an error outside OAuth.
    Code {
        /// The request is not what this address takes.
        InvalidRequest = "invalid_request", BAD_REQUEST;
        /// Fields that were understood and are not acceptable.
        InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY;
        /// The body is not of a kind that is read here.
        UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
        /// The body is larger than is read here.
        BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE;
        /// The body did not come in time.
        BodyTooSlow = "body_too_slow", REQUEST_TIMEOUT;
        /// No refresh token is served for this one; the `reason` says why.
        InvalidRefreshToken = "invalid_refresh_token", UNAUTHORIZED;
        /// A late duplicate of a request that was answered: no verdict.
        Superseded = "superseded", CONFLICT;
        /// The store is behind the client: no verdict.
        OutOfSync = "out_of_sync", SERVICE_UNAVAILABLE;
        /// No session is handed over for this code; the `reason` says why.
        InvalidHandoff = "invalid_handoff", UNAUTHORIZED;
        /// A link into the console that is none, was used, or came too late.
        InvalidAdminLink = "invalid_admin_link", UNAUTHORIZED;
        /// No auth token, or one that is not good now.
        InvalidAuthToken = "invalid_auth_token", UNAUTHORIZED;
        /// No API key, or one that is not valid.
        InvalidApiKey = "invalid_api_key", UNAUTHORIZED;
        /// The caller may not do this.
        Forbidden = "forbidden", FORBIDDEN;
        /// There is no such thing.
        NotFound = "not_found", NOT_FOUND;
        /// The address takes other methods.
        MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
        /// Somebody else changed it meanwhile, or it exists already.
        Conflict = "conflict", CONFLICT;
        /// The session is over; the `reason` says why.
        SessionOver = "session_over", CONFLICT;
        /// The user has as many sessions as the app allows.
        SessionLimit = "session_limit", CONFLICT;
        /// Too many requests, or too many guesses.
        TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
        /// Not now.
        Unavailable = "unavailable", SERVICE_UNAVAILABLE;
        /// It took too long.
        TooSlow = "too_slow", SERVICE_UNAVAILABLE;
        /// This node cannot serve right now.
        NotReady = "not_ready", SERVICE_UNAVAILABLE;
        /// What the standard leaves open, and is not done here.
        NotImplemented = "not_implemented", NOT_IMPLEMENTED;
        /// A fault of ours.
        InternalError = "internal_error", INTERNAL_SERVER_ERROR;
    }
);

codes!(
    /// The `error` of an OAuth error (RFC 6749 §5.2 and its extensions).
    OAuthCode {
        /// The request is not what this endpoint takes.
        InvalidRequest = "invalid_request", BAD_REQUEST;
        /// The client, or the holder of the API key, is not who it says.
        InvalidClient = "invalid_client", UNAUTHORIZED;
        /// The refresh token is not served; the `reason` says why.
        InvalidGrant = "invalid_grant", BAD_REQUEST;
        /// A scope that was not granted.
        InvalidScope = "invalid_scope", BAD_REQUEST;
        /// The client may not use this grant.
        UnauthorizedClient = "unauthorized_client", BAD_REQUEST;
        /// A token for somebody for whom there are none (RFC 8693 §2.2.2).
        InvalidTarget = "invalid_target", BAD_REQUEST;
        /// A grant that this server does not have.
        UnsupportedGrantType = "unsupported_grant_type", BAD_REQUEST;
        /// A token that cannot be revoked (RFC 7009 §2.2.1).
        UnsupportedTokenType = "unsupported_token_type", BAD_REQUEST;
        /// A late duplicate of a request that was answered: no verdict.
        Superseded = "superseded", CONFLICT;
        /// Too many requests, or too many guesses.
        TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
        /// Not now.
        TemporarilyUnavailable = "temporarily_unavailable", SERVICE_UNAVAILABLE;
        /// A fault of ours.
        ServerError = "server_error", INTERNAL_SERVER_ERROR;
    }
);

impl OAuthCode {
    /// What an error of another kind is called at the OAuth addresses; it keeps its status.
    pub const fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::SERVICE_UNAVAILABLE => Self::TemporarilyUnavailable,
            StatusCode::INTERNAL_SERVER_ERROR => Self::ServerError,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            _ => Self::InvalidRequest,
        }
    }
}
