//! The modules of a crate, followed from its root file, without test code.

use std::path::Path;

use super::lex::{Token, lex};
use super::paths::{PathUse, paths};
use super::test_code;
use crate::workspace;

/// The code of one file.
pub(crate) struct Module {
    /// Where it hangs, from the crate's root, which is empty.
    pub(crate) path: Vec<String>,
    /// Relative to the workspace.
    pub(crate) file: String,
    tokens: Vec<Token>,
}

impl Module {
    pub(crate) fn paths(&self) -> Vec<PathUse> {
        paths(&self.tokens, &self.path)
    }

    /// The modules that this file declares, in its order: path below this one, whether in a file of its own.
    pub(crate) fn declares(&self) -> Vec<(Vec<String>, bool)> {
        let mut declared = Vec::new();
        let mut braces: Vec<Option<&str>> = Vec::new();
        let mut opens: Option<&str> = None;
        for (at, token) in self.tokens.iter().enumerate() {
            if token.is('{') {
                braces.push(opens.take());
            } else if token.is('}') {
                braces.pop();
            } else if token.ident() == Some("mod")
                && let (Some(name), Some(after)) =
                    (self.tokens.get(at + 1).and_then(Token::ident), self.tokens.get(at + 2))
                && (after.is(';') || after.is('{'))
            {
                let around = braces.iter().flatten().chain([&name]);
                declared.push((around.map(|n| (*n).to_owned()).collect(), after.is(';')));
                opens = after.is('{').then_some(name);
            }
        }
        declared
    }
}

/// Every module below `root_file`; a declared file that is not there is left to the compiler.
pub(crate) fn modules(workspace: &Path, root_file: &str) -> Vec<Module> {
    let mut found = Vec::new();
    let dir = root_file.rsplit_once('/').map_or("", |(dir, _)| dir);
    load(workspace, root_file, dir, Vec::new(), &mut found);
    found
}

fn load(workspace: &Path, file: &str, dir: &str, path: Vec<String>, found: &mut Vec<Module>) {
    let Some(source) = workspace::text(workspace, file) else { return };
    let module =
        Module { path: path.clone(), file: file.to_owned(), tokens: test_code::remove(lex(&source)) };
    let children = module.declares();
    found.push(module);
    for (below, _) in children.into_iter().filter(|(_, in_file)| *in_file) {
        let stem = format!("{dir}/{}", below.join("/"));
        let child: Vec<String> = path.iter().chain(&below).cloned().collect();
        for candidate in [format!("{stem}.rs"), format!("{stem}/mod.rs")] {
            if workspace.join(&candidate).is_file() {
                load(workspace, &candidate, &stem, child.clone(), found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn files_are_followed_as_the_compiler_does() {
        let scratch = Scratch::new(&[
            ("a/src/lib.rs", "pub mod b;\nmod inline { mod d; }\n#[cfg(test)] mod tests;"),
            ("a/src/b.rs", "mod c;"),
            ("a/src/b/c.rs", ""),
            ("a/src/inline/d.rs", ""),
            ("a/src/tests.rs", ""),
            ("a/src/orphan.rs", ""),
        ]);
        let found: Vec<String> =
            modules(scratch.root(), "a/src/lib.rs").iter().map(|m| m.path.join("::")).collect();
        assert_eq!(found, ["", "b", "b::c", "inline::d"]);
    }
}
