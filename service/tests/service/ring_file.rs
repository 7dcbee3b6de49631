//! The ring as it is written down, and how it changes.

use tenure_core::id::Kid;
use tenure_service::ring::{Ring, RingFile};

fn states(ring: &RingFile) -> Vec<(u8, &'static str)> {
    ring.states().map(|(kid, state)| (kid.0, state)).collect()
}

#[test]
fn the_two_phases_and_the_end_of_a_key() {
    let mut ring = RingFile::with_key(&[7; 32]);
    assert_eq!(ring.add(&[8; 32]).unwrap(), Kid(2));
    assert_eq!(states(&ring), [(1, "active"), (2, "verify")]);
    assert!(ring.retire(Kid(1)).is_err(), "the active one stays");
    ring.activate(Kid(2)).unwrap();
    assert_eq!(states(&ring), [(1, "verify"), (2, "active")]);
    assert!(ring.activate(Kid(2)).is_err() && ring.activate(Kid(9)).is_err());
    ring.retire(Kid(1)).unwrap();
    assert_eq!(states(&ring), [(1, "retired"), (2, "active")]);
    assert!(ring.activate(Kid(1)).is_err(), "what was retired does not come back");
    assert!(ring.retire(Kid(9)).is_err());
    assert_eq!(ring.add(&[9; 32]).unwrap(), Kid(3), "no number is used twice");
    assert!(Ring::derive(&ring).is_ok());
}

#[test]
fn numbers_come_to_an_end() {
    let mut ring = RingFile::with_key(&[7; 32]);
    for kid in 2..=255 {
        assert_eq!(ring.add(&[kid; 32]).unwrap(), Kid(kid));
    }
    assert!(ring.add(&[1; 32]).is_err());
}

#[test]
fn what_stands_in_a_wrong_place_is_not_repeated() {
    const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let entry = format!("[[key]]\nkid = 1\nstate = \"active\"\nsecret = \"{SECRET}\"\n");
    assert!(RingFile::parse(&entry).is_ok_and(|ring| Ring::derive(&ring).is_ok()));
    for (wrong, line) in [
        (format!("[[key]]\nkid = 1\nstate = \"{SECRET}\"\nsecret = \"active\"\n"), 3),
        (format!("[[key]]\nkid = \"{SECRET}\"\n"), 2),
        (format!("{entry}{SECRET} = 1\n"), 5),
        (format!("{entry}\n{SECRET}\n"), 6),
        (format!("{entry}secret = \"{SECRET}\"\n"), 5),
    ] {
        let said = RingFile::parse(&wrong).err().unwrap().to_string();
        assert!(!said.contains(SECRET), "{said}");
        assert!(said.contains(&format!("at line {line};")), "{said} for {wrong}");
    }
}
