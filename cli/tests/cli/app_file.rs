//! `tenure app export|diff|apply`: what a file says is what is, and applying it again changes nothing.

use std::fs;

use serde_json::Value;

use crate::support::dev::{Dev, Folder, text};
use crate::support::process::Done;

/// A running server, and a file beside it.
struct Bench {
    folder: Folder,
    dev: Dev,
}

impl Bench {
    fn new() -> Self {
        let folder = Folder::new();
        let dev = folder.dev();
        Self { folder, dev }
    }

    fn write(&self, content: &str) {
        fs::write(self.folder.beside("app.toml"), content).expect("a file");
    }

    /// `tenure app {words} FILE …`.
    fn app(&self, words: &[&str]) -> Done {
        let file = self.folder.beside("app.toml");
        let mut all = vec!["app", words[0], text(&file)];
        all.extend(&words[1..]);
        self.folder.command(&all)
    }

    fn export(&self, id: &str) -> String {
        let done = self.folder.command(&["app", "export", id]);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout
    }

    fn apps(&self) -> usize {
        self.folder.command(&["app", "list", "--json"]).json()["apps"].as_array().expect("apps").len()
    }
}

fn settings<'a>(difference: &'a Value, part: &str) -> Vec<&'a str> {
    let changes = difference["changes"].as_array().expect("changes");
    changes.iter().map(|change| change[part].as_str().unwrap_or("?")).collect()
}

#[test]
fn what_is_exported_is_what_is_and_makes_the_same_app_elsewhere() {
    let bench = Bench::new();
    let exported = bench.export("demo");
    assert!(exported.contains("id = \"demo\"") && exported.contains("idle_timeout = \"5d\""), "{exported}");
    bench.write(&exported);
    assert_eq!(bench.app(&["diff"]).stdout, "demo is as the file says.\n");
    let same = bench.app(&["diff", "--json", "--exit-code"]).json();
    assert_eq!((&same["changes"], &same["creates"]), (&Value::Array(vec![]), &false.into()));
    let applied = bench.app(&["apply", "--json"]).json();
    assert_eq!((&applied["changed"], &applied["version"]), (&false.into(), &1.into()), "nothing to ask for");

    bench.write(&exported.replace("\"demo\"", "\"second\""));
    let differs = bench.app(&["diff", "--exit-code"]);
    assert_eq!(differs.code, Some(1), "{differs:?}");
    assert!(
        differs.stdout.starts_with("second is created:\n  name                 none -> Demo\n"),
        "{differs:?}"
    );
    assert_eq!(bench.apps(), 1, "a difference changes nothing");
    assert_eq!(bench.app(&["apply", "--yes", "--json"]).json()["changed"], true);
    let again = bench.app(&["apply", "--json"]).json();
    assert_eq!((&again["changed"], &again["version"]), (&false.into(), &2.into()));
    assert_eq!(bench.export("second"), exported.replace("\"demo\"", "\"second\""));
    bench.dev.stop();
}

#[test]
fn a_difference_says_what_changes_and_whom_it_ends() {
    let bench = Bench::new();
    bench.dev.open("ann");
    let file = "id = 'demo'\nname = 'The shop'\npreset = 'consumer'\n[settings]\nidle_timeout = '1h'\nauth_token_ttl = '10m'\n";
    bench.write(file);
    let difference = bench.app(&["diff", "--json"]).json();
    assert_eq!(settings(&difference, "setting"), ["name", "preset", "idle_timeout"]);
    assert_eq!(difference["live_sessions"], 1);
    let words = bench.app(&["diff"]).stdout;
    assert!(words.contains("  idle_timeout         5d -> 1h\n"), "{words}");
    assert!(words.contains("Applies to new sessions only.\nLive sessions: 1, of which end: 0.\n"), "{words}");

    // Without a terminal it wants to be told, and says what it would have done.
    let asked = bench.app(&["apply"]);
    assert!(asked.refusal(1).contains("5d -> 1h") && asked.refusal(1).contains("say --yes"), "{asked:?}");
    assert_eq!(bench.app(&["diff", "--json"]).json(), difference, "nothing was changed");
    let done = bench.app(&["apply", "--yes", "--applies", "now", "--reason", "an audit"]);
    assert_eq!(done.stdout, "demo is as the file says now, with version 2 of its settings.\n");
    assert!(bench.export("demo").contains("name = \"The shop\"\npreset = \"consumer\"\n"));

    // What the preset limits, the file lifts; and then there is no preset any more.
    bench.write("id = 'demo'\npreset = 'internal-tool'\n");
    assert!(bench.app(&["apply", "--yes"]).stdout.ends_with("version 3 of its settings.\n"));
    assert!(bench.export("demo").contains("max_sessions = 5\n"));
    bench.write("id = 'demo'\npreset = 'none'\n[settings]\nmax_sessions = 'none'\n");
    let lifted = bench.app(&["apply", "--yes"]);
    assert!(lifted.stderr.contains("  max_sessions         5 -> none\n"), "{lifted:?}");
    let exported = bench.export("demo");
    assert!(
        exported.contains("preset = \"none\"\n") && exported.contains("max_sessions = \"none\"\n"),
        "{exported}"
    );

    // Off: whoever is signed in loses the session.
    bench.write("id = 'demo'\npreset = 'none'\n[settings]\nrefresh_tokens = false\n");
    let difference = bench.app(&["diff", "--json", "--applies", "now"]).json();
    assert_eq!((&difference["ends"], &difference["live_sessions"]), (&1.into(), &1.into()));
    assert!(!difference["warnings"].as_array().expect("warnings").is_empty(), "{difference}");
    bench.dev.stop();
}

#[test]
fn what_is_not_right_is_refused_and_changes_nothing() {
    let bench = Bench::new();
    let before = bench.export("demo");
    let refusal = |content: &str, code: i32, says: &str| {
        bench.write(content);
        for words in [&["diff"][..], &["apply", "--yes"]] {
            let done = bench.app(words);
            assert!(done.refusal(code).contains(says), "{words:?}: {done:?}");
        }
    };
    refusal(
        "id = 'demo'\n[settings]\nidle_timeot = '5d'\n",
        1,
        "app.toml: settings.idle_timeot: is no setting; did you mean idle_timeout?",
    );
    refusal("id = 'demo'\nnme = 'x'\n", 1, "nme: is no key of an app; did you mean name?");
    refusal(
        "id = 'demo'\n[settings]\nidle_timeout = '1s'\n",
        4,
        "settings.idle_timeout must be at least 60 seconds",
    );
    refusal("id = 'demo'\npreset = 'nonesuch'\n", 4, "is no preset");
    refusal("id = 'demo'\nname = ''\n[settings]\nidle_timeout = 'x'\n", 1, "is no length of time");
    refusal("id = 'demo'\nname = ''\n[settings]\nidle_timeout = '1h'\n", 4, "name must be 1 to 200 bytes");
    // An app that is not there yet is not half made.
    refusal(
        "id = 'new'\nname = 'New'\n[settings]\nidle_timeout = '1s'\n",
        4,
        "settings.idle_timeout must be at least 60 seconds",
    );
    refusal("id = 'new'\n", 1, "name: is missing, and this app is to be created");
    refusal("id = 'demo'\n[settings]\nretry_leeway = 'none'\n", 4, "settings.retry_leeway");
    bench.write("id = 'demo'\n[settings]\nidle_timeout = '1h'\n");
    assert!(
        bench
            .app(&["diff", "--applies", "everybody"])
            .refusal(4)
            .contains("must be new, next_refresh or now")
    );
    assert_eq!(bench.apps(), 1);
    assert_eq!(bench.export("demo"), before);
    assert!(bench.folder.command(&["app", "export", "nobody"]).refusal(4).contains("there is no app nobody"));
    assert!(
        bench
            .folder
            .command(&["app", "diff", "/nowhere/app.toml"])
            .refusal(1)
            .contains("/nowhere/app.toml: No such file")
    );
    bench.dev.stop();
}
