//! How far a job says that it has come is never more exact than what is known.

use serde_json::{from_value, json};

use super::*;

fn job(state: &str, ended: u64, uncounted: bool) -> EndJob {
    from_value(json!({
        "app": "demo",
        "filter": {},
        "words": "user:bob",
        "why": "a leak",
        "by": "ann",
        "begun_at_ms": 0,
        "at_ms": 0,
        "matched": 1200,
        "ended": ended,
        "uncounted": uncounted,
        "after": null,
        "state": state,
    }))
    .unwrap()
}

#[test]
fn a_number_that_is_not_exact_is_not_said_as_if_it_were() {
    for (state, ended, uncounted, words) in [
        ("running", 500, false, "500 of 1,200 sessions ended so far"),
        ("running", 500, true, "At least 500 of 1,200 sessions ended so far"),
        ("done", 1200, false, "1,200 of 1,200 sessions ended"),
        ("done", 1100, false, "1,100 of 1,200 sessions ended; the others no longer matched"),
        (
            "done",
            700,
            true,
            "None is left. At least 700 of 1,200 sessions ended; the last before an interruption were not counted",
        ),
        ("stopped", 500, false, "Stopped after 500 of 1,200 sessions; the others live on"),
        ("stopped", 500, true, "Stopped after at least 500 of 1,200 sessions; the others live on"),
        (
            "interrupted",
            500,
            true,
            "Interrupted after at least 500 of 1,200 sessions; the others live on until somebody decides",
        ),
    ] {
        assert_eq!(in_words(&job(state, ended, uncounted)), words);
    }
}

#[test]
fn the_bar_of_what_is_done_is_full() {
    assert_eq!(Progress::of(&job("done", 1100, false)).share, 1000);
    assert_eq!(Progress::of(&job("stopped", 300, false)).share, 250);
}
