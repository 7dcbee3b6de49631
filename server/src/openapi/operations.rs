//! The operations of `operations` and `dev`; those of the playground are in [`play`].

use serde_json::{Value, json};
use tenure_wire::diagnosis::Diagnosis;

use super::operation::{Needs, Operation};
use super::parameters::header;
use super::play;
use crate::code::Code;
use crate::dev::LONGEST_JUMP_SECS;

/// What operators' machines ask, and the virtual clock.
pub(super) fn operations() -> Vec<Operation> {
    let known = json!({"type": "string"});
    let mut all = vec![
        Operation::new("operations", "get", "/livez", "live", "Is the process alive?").gives_json(
            200,
            "It is.",
            status("live"),
        ),
        Operation::new("operations", "get", "/readyz", "ready", "Can this node serve?")
            .says("200 when the store commits and the clock is right. An answer is given again for a second.")
            .gives_json(200, "It can.", status("ready"))
            .refuses(&[Code::NotReady]),
        Operation::new("operations", "get", "/metrics", "metrics", "Counts, as OpenMetrics text")
            .says("In `dev` without a key.")
            .needs(Needs::Key("verify, every app"))
            .gives_text("application/openmetrics-text; version=1.0.0; charset=utf-8", "The counts.")
            .refuses(&[Code::InvalidRequest]),
        Operation::new("operations", "get", "/v1/diagnosis", "diagnose", "How does this node do?")
            .says("Its clock, store, proxies and limits, for `tenure doctor`. Costs a few commits, one after the other.")
            .needs(Needs::Key("admin, every app"))
            .gives::<Diagnosis>(200, "Its own view.")
            .refuses(&[Code::InvalidRequest]),
        Operation::new("operations", "get", "/openapi.json", "openapi", "This document")
            .parameter(header("If-None-Match", known, "ETags of what the caller has."))
            .gives_nothing(304, "The caller has it.")
            .gives_json(200, "The document.", json!({"type": "object", "required": ["openapi", "paths"]}))
            .with_header("ETag", "For `If-None-Match`.")
            .with_header("Cache-Control", "How long it may be kept."),
        clock(),
    ];
    all.extend(play::operations());
    all
}

fn clock() -> Operation {
    let says = "By how much, in seconds. Time never goes back for those who have seen it.";
    let jump = json!({
        "type": "object",
        "required": ["advance_seconds"],
        "properties": {"advance_seconds": {
            "type": "integer",
            "minimum": -LONGEST_JUMP_SECS,
            "maximum": LONGEST_JUMP_SECS,
            "description": says,
        }},
        "additionalProperties": false,
    });
    let now = json!({
        "type": "object",
        "required": ["now"],
        "properties": {"now": {"type": "integer", "description": "Unix seconds."}},
    });
    Operation::new("operations", "post", "/dev/clock", "advanceClock", "Let time pass")
        .says("Only with `dev --virtual-clock`, from a page or program of this machine; otherwise 404.")
        .takes_json(jump, json!({"advance_seconds": 60}))
        .gives_json(200, "The time now.", now)
        .refuses(&[Code::Forbidden, Code::NotFound])
}

fn status(word: &str) -> Value {
    json!({"type": "object", "required": ["status"], "properties": {"status": {"const": word}}})
}
