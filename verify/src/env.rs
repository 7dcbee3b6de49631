//! A verifier that is configured by the environment alone.

use std::env::{self, VarError};
use std::fs;

use crate::builder::{Builder, SetupError};
use crate::verifier::Verifier;

impl Verifier {
    /// The verifier that `TENURE_ISSUER`, `TENURE_API_KEY`, `TENURE_AUDIENCE` and `TENURE_JWKS_FILE` speak of; only the first is
    /// required. Refused: what [`Builder::build`] refuses, a variable that is set to nothing, a file that cannot be read.
    pub fn from_env() -> Result<Verifier, SetupError> {
        Builder::from_env()?.build()
    }
}

impl Builder {
    /// What the environment says ([`Verifier::from_env`]), to say more.
    pub fn from_env() -> Result<Builder, SetupError> {
        Self::from_variables(|name| env::var(name))
    }

    fn from_variables(read: impl Fn(&str) -> Result<String, VarError>) -> Result<Builder, SetupError> {
        let variable = |name: &str| match read(name) {
            Ok(value) if value.is_empty() => {
                Err(SetupError(format!("{name} is empty: give it a value, or leave it out")))
            }
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(SetupError(format!("{name} is not text"))),
        };
        let issuer = variable("TENURE_ISSUER")?.ok_or_else(|| {
            SetupError(
                "TENURE_ISSUER is not set: give it the app's issuer, `https://…/v1/apps/{app}`".to_owned(),
            )
        })?;
        let mut builder = Verifier::builder(issuer);
        if let Some(key) = variable("TENURE_API_KEY")? {
            builder = builder.api_key(key);
        }
        if let Some(audience) = variable("TENURE_AUDIENCE")? {
            builder = builder.audience(audience);
        }
        if let Some(path) = variable("TENURE_JWKS_FILE")? {
            let json = fs::read_to_string(&path)
                .map_err(|error| SetupError(format!("TENURE_JWKS_FILE, {path}, cannot be read: {error}")))?;
            builder = builder.jwks(json);
        }
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with an environment.
    fn refused(variables: &[(&str, &str)]) -> Option<String> {
        let read = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        };
        Builder::from_variables(read).and_then(Builder::build).err().map(|error| error.to_string())
    }

    #[test]
    fn an_environment_is_enough_or_says_what_is_wrong() {
        let issuer = ("TENURE_ISSUER", "http://127.0.0.1:7400/v1/apps/app_demo");
        assert_eq!(refused(&[issuer]), None);
        for (variables, says) in [
            (vec![], "TENURE_ISSUER is not set"),
            (vec![("TENURE_ISSUER", "")], "TENURE_ISSUER is empty"),
            (vec![("TENURE_ISSUER", "demo")], "does not begin with `https://`"),
            (vec![("TENURE_ISSUER", "http://sessions.example/v1/apps/demo")], "use https"),
            (vec![("TENURE_ISSUER", "https://sessions.example/v1/apps/")], "the name of an app"),
            (vec![("TENURE_ISSUER", "https://sessions.example/v1/apps/demo?x")], "the name of an app"),
            (vec![issuer, ("TENURE_API_KEY", "")], "TENURE_API_KEY is empty"),
            (vec![issuer, ("TENURE_API_KEY", "tk_1")], "inside tokio's runtime"),
            (vec![issuer, ("TENURE_JWKS_FILE", "/nowhere/keys.json")], "cannot be read"),
        ] {
            let said = refused(&variables).unwrap_or_default();
            assert!(said.contains(says), "{variables:?}: {said}");
        }
    }

    #[test]
    fn what_is_given_as_nothing_is_refused_by_code_too() {
        let builder = || Verifier::builder("https://sessions.example/v1/apps/demo").jwks("{}");
        for builder in [builder().audience(""), builder().api_key("")] {
            let said = builder.build().err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains("is empty"), "{said}");
        }
    }
}
