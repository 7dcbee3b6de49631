//! Kinds of requests, few enough to be a label of a metric.

use http::Method;

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What a request is counted under.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum RouteClass { $($(#[$doc])* $name),+ }

        impl RouteClass {
            /// All of them, in the order of their numbers.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The label.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

classes!(
    /// `POST ISS/tokens` and the refresh grant.
    Refresh = "refresh",
    /// Signing out, and RFC 7009.
    SignOut = "sign_out",
    /// A sign-in that is handed to a browser.
    Handoff = "handoff",
    /// Opening a session.
    Open = "open",
    /// RFC 7662.
    Introspect = "introspect",
    /// Keys, metadata, status lists and an app's public face.
    Documents = "documents",
    /// What users do with their own sessions.
    SelfService = "self_service",
    /// Feeds, whose requests wait for something to happen.
    Feeds = "feeds",
    /// Everything else that needs an API key.
    Management = "management",
    /// Health, metrics, and the document of this API.
    Operations = "operations",
    /// What browsers ask before they ask.
    Preflight = "preflight",
    /// An address that is not there.
    NoRoute = "none",
);

impl RouteClass {
    /// The class of a request that took `route`, as the router writes it. A route that is not named here is management when
    /// it is an app's or under `/v1`, else operations.
    pub(crate) fn of(method: &Method, route: Option<&str>) -> Self {
        let Some(route) = route else { return Self::NoRoute };
        if *method == Method::OPTIONS {
            return Self::Preflight;
        }
        let Some(of_app) = route.strip_prefix("/v1/apps/{app}") else {
            let documents = route.starts_with("/.well-known/");
            let class = if route.starts_with("/v1/") { Self::Management } else { Self::Operations };
            return if documents { Self::Documents } else { class };
        };
        match of_app {
            "/tokens" | "/tokens/" if *method == Method::POST => Self::Refresh,
            "/tokens" | "/tokens/" | "/oauth/revoke" => Self::SignOut,
            "/oauth/token" => Self::Refresh,
            "/tokens/handoff" => Self::Handoff,
            "/sessions" if *method == Method::POST => Self::Open,
            "/oauth/introspect" => Self::Introspect,
            "" if *method == Method::GET => Self::Documents,
            "/events" | "/revocations" => Self::Feeds,
            other if other.starts_with("/.well-known/") => Self::Documents,
            other if other.starts_with("/status-lists") => Self::Documents,
            other if other.starts_with("/me/") => Self::SelfService,
            _ => Self::Management,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_request_has_its_class() {
        let of = |method: Method, route: &str| RouteClass::of(&method, Some(route)).as_str();
        assert_eq!(of(Method::POST, "/v1/apps/{app}/tokens"), "refresh");
        assert_eq!(of(Method::POST, "/v1/apps/{app}/oauth/token"), "refresh");
        assert_eq!(of(Method::DELETE, "/v1/apps/{app}/tokens/"), "sign_out");
        assert_eq!(of(Method::POST, "/v1/apps/{app}/sessions"), "open");
        assert_eq!(of(Method::GET, "/v1/apps/{app}/sessions"), "management");
        assert_eq!(of(Method::GET, "/v1/apps/{app}"), "documents");
        assert_eq!(of(Method::GET, "/v1/apps/{app}/status-lists/{list}"), "documents");
        assert_eq!(of(Method::DELETE, "/v1/apps/{app}"), "management");
        assert_eq!(of(Method::GET, "/.well-known/oauth-authorization-server/v1/apps/{app}"), "documents");
        assert_eq!(of(Method::DELETE, "/v1/apps/{app}/me/sessions"), "self_service");
        assert_eq!(of(Method::GET, "/v1/apps"), "management");
        assert_eq!(of(Method::GET, "/readyz"), "operations");
        assert_eq!(of(Method::OPTIONS, "/v1/apps/{app}/tokens"), "preflight");
        assert_eq!(RouteClass::of(&Method::GET, None).as_str(), "none");
    }
}
