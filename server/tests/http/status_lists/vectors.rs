//! The draft's own lists (draft-ietf-oauth-status-list, appendix C), read as our tests read ours.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::status_list::StatusList;

#[test]
fn sl_3_the_drafts_lists_are_read_as_it_says() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    for vector in vectors {
        let list = StatusList::of(&vector);
        assert_eq!(list.len(), 1 << 20);
        let said: BTreeMap<usize, u8> = serde_json::from_value(vector["statuses"].clone()).unwrap();
        let found: BTreeMap<_, _> = list.set().into_iter().map(|idx| (idx, list.at(idx))).collect();
        assert_eq!(found, said);
    }
}

#[test]
fn sl_3_the_drafts_short_lists_are_read_as_it_says() {
    let one = StatusList::of(&json!({"bits": 1, "lst": "eNrbuRgAAhcBXQ"}));
    assert_eq!(one.set(), [0, 3, 4, 5, 7, 8, 9, 13, 15]);
    let two = StatusList::of(&json!({"bits": 2, "lst": "eNo76fITAAPfAgc"}));
    assert_eq!((0..12).map(|idx| two.at(idx)).collect::<Vec<_>>(), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
}
