//! Folders whose tests are in another language, and the packages that they need from its registry.

use std::fs;
use std::path::Path;

use crate::shell;

/// A folder and one way in which it is filled.
pub(crate) struct Folder {
    dir: &'static str,
    /// Names the packages; without it there is nothing to do.
    list: &'static str,
    /// Made by the commands; what it was made from is noted in it.
    made: &'static str,
    commands: &'static [&'static [&'static str]],
}

const NPM_CI: &[&[&str]] = &[&["npm", "ci", "--no-audit", "--no-fund"]];

pub(crate) const FOLDERS: &[Folder] = &[
    Folder { dir: "examples/express", list: "package-lock.json", made: "node_modules", commands: NPM_CI },
    Folder { dir: "examples/fastapi", list: "requirements.txt", made: ".venv", commands: VENV },
    Folder { dir: "sdk/js", list: "package-lock.json", made: "node_modules", commands: NPM_CI },
    Folder { dir: "sdk/python", list: "requirements.txt", made: ".venv", commands: VENV },
    Folder { dir: "testing/browser", list: "package-lock.json", made: "node_modules", commands: NPM_CI },
    Folder { dir: "testing/interop", list: "package-lock.json", made: "node_modules", commands: NPM_CI },
    Folder { dir: "testing/interop", list: "requirements.txt", made: ".venv", commands: VENV },
    Folder { dir: "testing/schemathesis", list: "requirements.txt", made: ".venv", commands: VENV },
];

const VENV: &[&[&str]] = &[
    &["python3", "-m", "venv", ".venv"],
    &[".venv/bin/python", "-m", "pip", "install", "--quiet", "-r", "requirements.txt"],
];

/// The file in `made` that holds the list which it was made from.
const STAMP: &str = ".made-from";

/// Whether everything in `dir` is as its lists say.
pub(crate) fn ready(root: &Path, dir: &str) -> bool {
    FOLDERS.iter().filter(|f| f.dir == dir).all(|folder| is_current(root, folder))
}

/// Fills `folder` unless that has been done from the same list.
pub(crate) fn fill(root: &Path, folder: &Folder) -> Result<(), String> {
    if is_current(root, folder) {
        return Ok(());
    }
    let dir = root.join(folder.dir);
    for words in folder.commands {
        println!("setup: (in {}) {}", folder.dir, words.join(" "));
        let program = dir.join(words[0]);
        let absolute = program.to_string_lossy();
        // A program of the folder itself is named by its place, all others are looked up.
        let first = if words[0].starts_with('.') { absolute.as_ref() } else { words[0] };
        shell::run(&dir, &[&[first], &words[1..]].concat(), &[])?;
    }
    let made_from = fs::read(dir.join(folder.list)).map_err(|e| format!("{}: {e}", folder.list))?;
    // npm makes no folder when the list is empty.
    let made = dir.join(folder.made);
    fs::create_dir_all(&made).and_then(|()| fs::write(made.join(STAMP), made_from)).map_err(|e| e.to_string())
}

fn is_current(root: &Path, folder: &Folder) -> bool {
    let dir = root.join(folder.dir);
    match fs::read(dir.join(folder.list)) {
        Ok(list) => fs::read(dir.join(folder.made).join(STAMP)).is_ok_and(|made_from| made_from == list),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_folder_is_filled_once_for_each_list() {
        let scratch = Scratch::new(&[("f/list", "a")]);
        let folder =
            Folder { dir: "f", list: "list", made: "made", commands: &[&["sh", "-c", "echo x >> ran"]] };
        let runs = || fs::read_to_string(scratch.root().join("f/ran")).unwrap_or_default().lines().count();
        assert!(!is_current(scratch.root(), &folder));
        fill(scratch.root(), &folder).unwrap();
        fill(scratch.root(), &folder).unwrap();
        assert_eq!(runs(), 1);
        scratch.write("f/list", "b");
        fill(scratch.root(), &folder).unwrap();
        assert_eq!(runs(), 2);
    }

    #[test]
    fn a_folder_without_a_list_needs_nothing() {
        assert!(ready(Scratch::new(&[]).root(), "testing/interop"));
    }
}
