//! What a refresh token is made of.

use std::collections::HashSet;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::node::Node;

/// Where the secret and the tag stand in a token: behind kid, family and number.
const UNPREDICTABLE: std::ops::Range<usize> = 21..69;

#[tokio::test]
async fn rt_13_thousands_of_tokens_share_nothing_that_could_be_guessed() {
    let node = Node::first().await;
    let mut tokens = Vec::new();
    for n in 0..500 {
        let mut token = node.open(&format!("user-{n}")).await;
        for _ in 0..3 {
            let next = node.next(&token).await;
            tokens.push(std::mem::replace(&mut token, next));
        }
        tokens.push(token);
    }
    let bytes: Vec<Vec<u8>> = tokens
        .iter()
        .map(|token| Base64UrlUnpadded::decode_vec(token.strip_prefix("tr1_").unwrap()).unwrap())
        .collect();
    assert!(tokens.iter().all(|token| token.len() == 96));
    let secrets: HashSet<_> = bytes.iter().map(|token| &token[UNPREDICTABLE]).collect();
    assert_eq!(secrets.len(), 2000);
    // Each of the 384 bits is set in about half of them: 2000 tosses deviate by 7 times 22.4 once in 10^11.
    for bit in UNPREDICTABLE.start * 8..UNPREDICTABLE.end * 8 {
        let ones = bytes.iter().filter(|token| token[bit / 8] & (1 << (bit % 8)) != 0).count();
        assert!((844..=1156).contains(&ones), "bit {bit} is set {ones} times in 2000");
    }
    // And no two successors of one session have more in common than any two tokens.
    for pair in bytes.windows(2) {
        let differing: u32 = UNPREDICTABLE.map(|at| (pair[0][at] ^ pair[1][at]).count_ones()).sum();
        assert!((100..=284).contains(&differing), "{differing} of 384 bits differ");
    }
}

#[tokio::test]
async fn a_retry_is_derived_and_not_remembered() {
    let node = Node::first().await;
    let first = node.open("ann").await;
    let key = Some("0123456789abcdef");
    let second = node.refresh(&first, key).await.unwrap().result.refresh_token;
    // Another process, which has never seen the answer, gives the same bytes.
    let other = node.beside(&crate::node::ring(&[(1, "active", 7)])).await;
    assert_eq!(other.refresh(&first, key).await.unwrap().result.refresh_token, second);
}
