//! Apps, their settings and their keys, as the API shows them.

use serde::{Deserialize, Serialize};

/// The body of `POST /v1/apps`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateApp {
    /// 1 to 64 letters, digits, `-` or `_`; drawn when absent.
    pub id: Option<String>,
    /// Shown to people.
    pub name: String,
}

/// The body of `PATCH ISS`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateApp {
    /// Shown to people.
    pub name: Option<String>,
}

/// An app's public face. Member names as clients written for Passage expect them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicApp {
    /// The app.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// The issuer of its tokens.
    pub issuer: String,
    /// The first allowed origin, or empty.
    pub auth_origin: String,
    /// The first redirect address, or empty.
    pub redirect_url: String,
    /// Seconds that an auth token lives.
    pub session_timeout_length: i64,
    /// Whether sessions have refresh tokens.
    pub refresh_enabled: bool,
    /// Seconds without activity after which a session ends; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_inactivity_lifetime: Option<i64>,
    /// Seconds after which a session ends, whatever happens.
    pub refresh_absolute_lifetime: i64,
}

/// What operators see of an app besides its public face.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagedApp {
    /// The public face.
    #[serde(flatten)]
    pub public: PublicApp,
    /// Unix seconds.
    pub created_at: i64,
    /// The version of its session settings.
    pub settings_version: u32,
    /// The preset that its session settings name, if any.
    pub preset: Option<String>,
}

/// One app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppAnswer<A> {
    /// The app.
    pub app: A,
}

/// Several apps.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppList {
    /// By id.
    pub apps: Vec<ManagedApp>,
}

/// Session settings with their version. `S` is the JSON object of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSettings<S> {
    /// Rises with every change.
    pub version: u32,
    /// The preset that was chosen last, if any.
    pub preset: Option<String>,
    /// Every setting.
    pub settings: S,
}

/// A suggestion for session settings. `S` is the JSON object of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preset<S> {
    /// Its id.
    pub id: String,
    /// For whom.
    #[serde(rename = "for")]
    pub for_whom: String,
    /// What it sets.
    pub settings: S,
    /// Where its numbers come from.
    pub sources: Vec<String>,
    /// The standard that it names, if that sets numbers.
    pub standard: Option<String>,
    /// Where it deviates from that standard; empty: it meets it.
    pub deviates: Vec<String>,
    /// Settings that it asks for and that are not available yet.
    pub not_met: Vec<String>,
}

/// Every suggestion.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresetList<S> {
    /// The original three first.
    pub presets: Vec<Preset<S>>,
}

/// The body of `POST ISS/api-keys`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// Shown to operators.
    pub name: String,
    /// `admin`, `backend` or `verify`.
    pub role: String,
    /// Reaches every app, not only this one. Only a key that does so itself may ask for it.
    #[serde(default)]
    pub all_apps: bool,
}

/// An API key without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Its id, the first part of the key.
    pub id: String,
    /// Shown to operators.
    pub name: String,
    /// `admin`, `backend` or `verify`.
    pub role: String,
    /// The app that it reaches; absent: every app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
}

/// A new API key: the only time that its secret is shown. Has no `Debug`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// What is known of it later.
    #[serde(flatten)]
    pub key: ApiKey,
    /// The key itself.
    pub api_key: String,
}

/// Several API keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyList {
    /// By id.
    pub api_keys: Vec<ApiKey>,
}

/// A signing key, as operators see it. Never its private part.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SigningKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `ES256`, `EdDSA` or `RS256`.
    pub alg: String,
    /// Unix seconds: in the JWKS since.
    pub published_at: i64,
    /// `published`: to sign later; `signing`; `verifying`: signs no more, its tokens are still around.
    pub state: String,
    /// Unix seconds: signs from here on, until another key does.
    pub signs_from: i64,
    /// Unix seconds: no longer in the JWKS from here on, when its last token has expired; absent as long as no other key is to
    /// follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<i64>,
}

/// The body of `POST ISS/signing-keys`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateSigningKey {
    /// `ES256`, `EdDSA` or `RS256`; another one than before changes the setting `signing_alg`, too.
    pub alg: Option<String>,
    /// Why, for the operators' log.
    pub reason: Option<String>,
}

/// The body of `POST ISS/signing-keys/{kid}/retire`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetireSigningKey {
    /// Somebody else may have the private key: its tokens are refused at once.
    #[serde(default)]
    pub compromised: bool,
    /// Why, for the operators' log.
    pub reason: Option<String>,
}

/// Several signing keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SigningKeyList {
    /// Oldest first.
    pub signing_keys: Vec<SigningKey>,
}
