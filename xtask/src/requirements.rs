//! `cargo xtask requirements`: every requirement that applies now has a test that carries its id.

mod list;
mod test_names;

use std::path::Path;

use crate::finding::Finding;
use crate::workspace;

/// The requirements, relative to the workspace.
const LIST: &str = "xtask/requirements.txt";

/// Every requirement that applies and has no test.
pub(crate) fn check(root: &Path) -> Vec<Finding> {
    let Some(text) = workspace::text(root, LIST) else {
        return vec![Finding::new(LIST, 0, "cannot be read")];
    };
    let requirements = match list::parse(&text) {
        Ok(requirements) => requirements,
        Err((line, why)) => return vec![Finding::new(LIST, line, why)],
    };
    let tests = test_names::in_workspace(root);
    let bare = requirements
        .iter()
        .filter(|r| r.applies && !tests.iter().any(|name| test_names::carries(name, &r.id)));
    bare.map(|r| Finding::new(LIST, r.line, format!("no test carries {} ({})", r.id, r.says))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn ids_without_a_test_are_named_and_later_ones_are_not() {
        let scratch = Scratch::new(&[
            (
                LIST,
                "# comment\nRT-1   rotates\nRT-10  is bound\nTE-2   no-store\nRT-14  later: no scopes yet\n",
            ),
            ("core/src/rotate.rs", "#[test]\nfn rt_1_rotates() {}\nfn te_2_is_no_test() {}\n"),
        ]);
        let found: Vec<String> = check(scratch.root()).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "xtask/requirements.txt:3: no test carries RT-10 (is bound)",
                "xtask/requirements.txt:4: no test carries TE-2 (no-store)",
            ]
        );
    }

    #[test]
    fn the_list_of_this_workspace_can_be_read() {
        let text = workspace::text(&workspace::root(), LIST).unwrap();
        let requirements = list::parse(&text).unwrap();
        assert!(requirements.iter().filter(|r| r.applies).count() > 60);
    }
}
