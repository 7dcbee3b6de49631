//! The console's door: links, who gets them, and where the console listens.

use std::thread::sleep;
use std::time::Duration;

use crate::support::console::{enter, parts};
use crate::support::dev::{Folder, port_of_ones_own};
use crate::support::process::{Server, run, tenure};
use crate::support::production::Production;

/// Waits for the log of a server to hold so many links, and gives the last one.
fn link_in_the_log(server: &Server, links: usize) -> String {
    let log = wait_for(server, |log| log.matches("/sign-in#al1_").count() == links);
    let link = &log[log.rfind("http://localhost:").expect("a link")..];
    link[..link.find('"').expect("its end")].to_owned()
}

/// Waits for the log of a server to be as it should.
fn wait_for(server: &Server, is_there: impl Fn(&str) -> bool) -> String {
    for _ in 0..400 {
        let log = server.log();
        if is_there(&log) {
            return log;
        }
        sleep(Duration::from_millis(25));
    }
    panic!("what was waited for is not in the log: {}", server.log());
}

#[test]
fn the_link_of_dev_opens_the_console_once_and_others_can_be_made() {
    let folder = Folder::new();
    let dev = folder.dev();
    let link = dev.ready["console_url"].as_str().expect("a link").to_owned();
    assert_ne!(parts(&link).0, dev.port, "a listener of its own");
    enter(&link).expect(303);
    enter(&link).expect(401);
    let said = folder.command(&["admin", "list"]).stdout;
    assert!(said.starts_with("owner  owner  signed in "), "{said}");
    let other = folder.command(&["admin", "link", "--name", "ann", "--role", "read_only", "--json"]).json();
    assert_eq!(other["admin"], "ann");
    enter(other["url"].as_str().expect("a link")).expect(303);
    let said = folder.command(&["admin", "link", "--name", "bob"]);
    assert!(said.refusal(4).contains("role must be given for a new admin"), "{said:?}");
    let said = folder.command(&["admin", "link"]).stdout;
    assert!(
        said.contains("/sign-in#al1_") && said.contains("Signs owner in, once. It expires in 1"),
        "{said}"
    );
    let said = folder.command(&["admin", "remove", "ann"]).stdout;
    assert_eq!(said.trim(), "ann may not use the console any more.");
    let list = folder.command(&["admin", "list", "--json"]).json();
    assert_eq!(list["admins"].as_array().expect("a list").len(), 1, "{list}");
    assert!(folder.command(&["admin", "remove", "owner"]).refusal(4).contains("the only owner"));
    // Over the network there is no key for that.
    let server = format!("http://localhost:{}", dev.port);
    let mut command = tenure(&["admin", "link", "--server", &server]);
    command.env("TENURE_API_KEY", dev.api_key());
    let refused = run(command);
    assert!(refused.refusal(4).contains("on the server's machine"), "{refused:?}");
    dev.stop();
}

#[test]
fn the_keys_of_the_console_are_changed_through_the_socket_alone() {
    let folder = Folder::new();
    let dev = folder.dev();
    let keys = || folder.command(&["key", "list", "--console", "--json"]).json()["signing_keys"].clone();
    let first = keys();
    assert_eq!(first.as_array().map(Vec::len), Some(1), "{first}");
    let kid = first[0]["kid"].as_str().expect("a key");
    let said = folder.command(&["key", "rotate", "--console", "--reason", "once a year"]).stdout;
    assert!(said.contains("  ES256  signing  made "), "no token was issued yet: {said}");
    let said = folder.command(&["key", "retire", kid, "--console", "--compromised"]);
    let cost = said.refusal(1);
    assert!(cost.contains("Nobody is signed out") && cost.contains("say --yes"), "{cost}");
    let said = folder.command(&["key", "retire", kid, "--console", "--compromised", "--yes"]);
    assert!(said.code == Some(0) && !said.stdout.contains(kid), "{said:?}");
    let said = folder.command(&["key", "retire", kid, "--console", "--compromised", "--yes"]);
    assert!(said.refusal(4).contains("the console has no key "), "{said:?}");
    enter(dev.ready["console_url"].as_str().expect("a link")).expect(303);
    for wrong in [&["key", "list"][..], &["key", "list", "--console", "--app", "demo"]] {
        assert_eq!(folder.command(wrong).code, Some(2), "{wrong:?}");
    }
    let server = format!("http://localhost:{}", dev.port);
    let said = run(tenure(&["key", "list", "--console", "--server", &server]));
    assert_eq!(said.code, Some(2), "{said:?}");
    dev.stop();
}

#[test]
fn dev_goes_without_a_console() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--no-console"]);
    assert!(dev.ready["console_url"].is_null());
    let refused = folder.command(&["admin", "link"]);
    assert!(refused.refusal(4).contains("the console is turned off"), "{refused:?}");
    dev.stop();
    let refused = folder.refused(&["--console-listen", "0.0.0.0:0"]);
    assert!(refused.refusal(1).contains("an address of this machine alone"), "{refused:?}");
}

#[test]
fn serve_says_a_link_until_somebody_has_signed_in() {
    let production = Production::new();
    let console = port_of_ones_own();
    let start = || {
        let mut command = production.command(&["serve"]);
        command.env("TENURE__CONSOLE_LISTEN", format!("127.0.0.1:{console}"));
        production.start(command)
    };
    run(production.command(&["migrate"]));
    production.make_ring();
    let mut server = start();
    let first = link_in_the_log(&server, 1);
    assert_eq!(parts(&first).0, console);
    assert!(server.log().contains("nobody has ever signed in to the console"), "{}", server.log());
    assert!(server.terminate().success());
    let mut server = start();
    let second = link_in_the_log(&server, 2);
    assert_ne!(first, second);
    enter(&second).expect(303);
    assert!(server.terminate().success());
    let mut server = start();
    let log = wait_for(&server, |log| log.contains("the console is ready"));
    assert_eq!(log.matches("/sign-in#al1_").count(), 2, "{log}");
    let said = production.folder.command(&["admin", "link", "--json"]).json();
    enter(said["url"].as_str().expect("a link")).expect(303);
    assert!(server.terminate().success());
}

#[test]
fn a_console_that_others_reach_needs_an_https_address() {
    let production = Production::new();
    let check = |environment: &[(&str, &str)]| {
        let mut command = production.command(&["config", "check"]);
        command.envs(environment.iter().copied());
        run(command)
    };
    let open = ("TENURE__CONSOLE_LISTEN", "0.0.0.0:7801");
    let refused = check(&[open]);
    assert!(refused.refusal(1).contains("console_url: must be given, and be https"), "{refused:?}");
    let refused = check(&[open, ("TENURE__CONSOLE_URL", "http://console.example.com")]);
    assert!(refused.refusal(1).contains("console_url: must be https"), "{refused:?}");
    assert_eq!(check(&[open, ("TENURE__CONSOLE_URL", "https://console.example.com")]).code, Some(0));
}
