//! `tenure recover`.

use clap::Args;
use http::Method;
use serde_json::{Value, json};

use crate::output::{Fault, Output};
use crate::remote::Remote;

#[derive(Args)]
pub struct RecoverArguments {
    #[command(flatten)]
    remote: Remote,
    /// For how long clients that are ahead of the store may go on, in hours.
    #[arg(long, default_value_t = 24)]
    hours: u32,
}

pub fn run(arguments: RecoverArguments, output: Output) -> Result<(), Fault> {
    let body = json!({"seconds": arguments.hours.saturating_mul(3600)});
    let answer: Value = arguments.remote.call(Method::POST, "/v1/recovery", Some(&body))?;
    output.say(&answer, |_| {
        format!(
            "Recovery is open for {} h. Until then the ring's keys and a session's id are enough to take that session over.",
            arguments.hours
        )
    })
}
