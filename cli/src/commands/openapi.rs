//! `tenure openapi`: what a server of this version answers, for programs.

use tenure_server::openapi::document;

use crate::output::{Fault, Output};

pub fn run(output: Output) -> Result<(), Fault> {
    output.say(document(), |document| format!("{document:#}"))
}
