//! The store has the schema of this program.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let Some(files) = &facts.files else { return Verdict::skipped("the server is elsewhere") };
    let schema = match &files.schema {
        Ok(schema) => schema,
        Err(why) => {
            return Verdict::Judged(vec![Finding::new(
                format!("the store cannot be read: {why}"),
                "No server can start on it.",
                "If it is new, make it with `tenure migrate`; else look at the path and at who owns the file.",
            )]);
        }
    };
    let found = match schema.found.cmp(&schema.needed) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some(Finding::new(
            format!("the store's schema is at step {}, this program needs {}", schema.found, schema.needed),
            "This program refuses to serve on it.",
            "Make a backup, then run `tenure migrate` with this program.",
        )),
        std::cmp::Ordering::Greater => Some(Finding::new(
            format!("the store's schema is at step {}, this program knows {}", schema.found, schema.needed),
            "It was migrated by a newer program: this one works with one step more, and with no further one.",
            "Go on with the upgrade: run the newer program here, too.",
        )),
    };
    Verdict::Judged(found.into_iter().collect())
}
