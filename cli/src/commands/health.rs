//! `tenure health`.

use serde_json::Value;

use crate::output::{Fault, Output};
use crate::remote::Remote;

pub fn run(remote: &Remote, output: Output) -> Result<(), Fault> {
    let ready: Value = remote.get("/readyz")?;
    output.say(&ready, |_| "The server can serve.".to_owned())
}
