//! The names of all tests, in Rust, JavaScript and Python.

use std::path::Path;

use crate::workspace;

/// The name of every test that is run: ignored ones are not.
pub(super) fn in_workspace(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for file in workspace::files(root) {
        let kind = file.rsplit_once('.').map_or("", |(_, kind)| kind);
        if !matches!(kind, "rs" | "js" | "mjs" | "ts" | "py") {
            continue;
        }
        let Some(text) = workspace::text(root, &file) else { continue };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        names.extend(match kind {
            "rs" => rust(&file, &lines),
            "py" => python(&lines),
            _ => javascript(&lines),
        });
    }
    names
}

/// Whether a test's name carries the id: `rt_1_rotates` and `RT-1 rotates` carry RT-1, `rt_10_…` does not.
pub(super) fn carries(name: &str, id: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let (name, id) = (words(name), words(id));
    name.windows(id.len()).any(|window| window == id)
}

/// Functions under a test attribute, and those of a conformance suite, which a backend's test calls by name.
fn rust(file: &str, lines: &[&str]) -> Vec<String> {
    let suite = file.contains("/conformance");
    let mut names = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let words = line.trim_start_matches("pub ").trim_start_matches("async ");
        let Some(rest) = words.strip_prefix("fn ") else { continue };
        let above = || lines[..at].iter().rev().take_while(|l| l.starts_with("#[") || l.starts_with("//"));
        let is_test = above().any(|l| l.starts_with("#[") && (l.contains("test]") || l.contains("test(")));
        let ignored = above().any(|l| l.starts_with("#[ignore"));
        if (is_test || suite) && !ignored {
            names.push(
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(rest).to_owned(),
            );
        }
    }
    names
}

fn python(lines: &[&str]) -> Vec<String> {
    let names = lines.iter().filter_map(|l| l.trim_start_matches("async ").strip_prefix("def test_"));
    names.map(|rest| rest.split('(').next().unwrap_or(rest).to_owned()).collect()
}

/// `test("RT-1 …`, `it('RT-1 …`; the name may stand on the next line.
fn javascript(lines: &[&str]) -> Vec<String> {
    let opens = |line: &&str| {
        ["test(", "it(", "t.test("].iter().any(|call| line.trim_start_matches("await ").starts_with(call))
    };
    let open = lines.iter().enumerate().filter(|(_, line)| opens(line));
    open.map(|(at, line)| {
        format!("{line} {}", if line.ends_with('(') { lines.get(at + 1).unwrap_or(&"") } else { "" })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn an_id_is_carried_as_whole_words() {
        assert!(carries("rt_1_rotates_and_te_2_is_not_stored", "RT-1"));
        assert!(carries("rt_1_rotates_and_te_2_is_not_stored", "TE-2"));
        assert!(carries("test('RT-1: rotates', async () => {", "RT-1"));
        assert!(!carries("rt_10_is_bound", "RT-1"));
        assert!(!carries("part_1_of_two", "RT-1"));
    }

    #[test]
    fn tests_are_found_in_every_language() {
        let scratch = Scratch::new(&[
            (
                "a.rs",
                "#[tokio::test(flavor = \"x\")]\n// why\nasync fn rt_1_a() {}\n#[test]\n#[ignore]\nfn rt_2_b() {}\n",
            ),
            ("b.mjs", "test(\n  'RT-3 c', () => {})\nawait t.test(\"RT-4 d\", f)\nlet RT_5 = 1\n"),
            ("c.py", "    async def test_rt_6_e(self):\n        pass\n"),
            ("store/src/conformance/race.rs", "pub async fn rt_9_f(store: &Store) {}\n"),
        ]);
        let names = in_workspace(scratch.root());
        let carried: Vec<u8> =
            (1..=9).filter(|n| names.iter().any(|name| carries(name, &format!("RT-{n}")))).collect();
        assert_eq!(carried, [1, 3, 4, 6, 9], "{names:?}");
    }
}
