//! The requirements on refresh tokens that the rules alone can meet, each by its id.

#[path = "requirements/amending.rs"]
mod amending;
mod common;
#[path = "common/played.rs"]
mod played;
#[path = "requirements/session_tokens.rs"]
mod session_tokens;

use std::collections::HashSet;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_core::change::{Change, Scope};
use tenure_core::digest::{Attempt, Digest, Salt};
use tenure_core::family::{Family, Head, Life, Retries, State};
use tenure_core::id::{AppId, ClientId, FamilyId, Kid, Seq, UserId};
use tenure_core::open::{Entropy, NewSession, open};
use tenure_core::policy::Policy;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::{Circumstances, Decision, Recovery, Served};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::{AuthenticToken, TEXT_BYTES};
use zeroize::Zeroizing;

use common::{Asking, START, ring, salt, session, strict};
use played::{Played, Told};

const REUSED: Told = Told::Ended(Scope::Session, EndReason::Reused);

fn with_leeway(secs: i64) -> Policy {
    Policy { retry_leeway: Span::from_secs(secs), ..strict() }
}

fn at(secs: i64) -> Timestamp {
    START.plus(Span::from_secs(secs))
}

/// Presents `token` without a key, `secs` after the start.
fn refresh(played: &mut Played, token: &AuthenticToken, secs: i64) -> Told {
    played.ask(&Asking::with(token, None), at(secs))
}

impl Told {
    /// The successor that was served.
    fn token(&self) -> Rc<AuthenticToken> {
        if let Self::Served(_, token) = self { token.clone() } else { panic!("nothing was served") }
    }
}

fn same(told: &Told, expected: &Told) -> bool {
    match (told, expected) {
        (Told::Ended(scope, reason), Told::Ended(other, why)) => (scope, reason) == (other, why),
        (Told::Refused(refusal), Told::Refused(other)) => refusal == other,
        (Told::Served(by, token), Told::Served(other, same)) => {
            by == other && token.digest() == same.digest()
        }
        _ => false,
    }
}

/// A session and the first tokens of its chain, used a second apart.
fn chain(policy: Policy, uses: usize) -> (Played, Vec<Rc<AuthenticToken>>) {
    let mut played = Played::open(policy, None);
    let mut tokens = vec![played.first.clone()];
    for i in 0..uses {
        let token = tokens[i].clone();
        tokens.push(refresh(&mut played, &token, i as i64).token());
    }
    (played, tokens)
}

#[test]
fn rt_1_every_use_replaces_the_token() {
    let (played, tokens) = chain(strict(), 50);
    let distinct: HashSet<_> = tokens.iter().map(|token| *token.digest().as_bytes()).collect();
    assert_eq!(distinct.len(), 51);
    assert_eq!(played.row().head.seq, Seq(51));
}

#[test]
fn rt_2_a_used_token_ends_the_session_and_its_newest_token() {
    for (uses, again) in [(1, 0), (2, 0), (2, 1), (5, 2)] {
        let (mut played, tokens) = chain(strict(), uses);
        assert!(same(&refresh(&mut played, &tokens[again], 60), &REUSED));
        let told = refresh(&mut played, &tokens[uses], 61);
        assert!(same(&told, &Told::Refused(Refusal::Ended(EndReason::Reused))));
    }
}

#[test]
fn rt_3_an_end_is_remembered_for_longer_than_any_auth_token_lives() {
    let (row, first) = session(&ring(), &strict(), None);
    let policy = Policy { longest_ttl: Span::from_hours(2), ..strict() };
    let ring = ring();
    let c = |now, salt| Circumstances { policy: &policy, ring: &ring, recovery: Recovery::Closed, now, salt };
    let token = common::held(&first, &ring);
    let asking = Asking::with(&token, None);
    let Decision::Serve { change, .. } = asking.decide(Some(&row), &c(at(0), salt(1))) else {
        panic!("row 3")
    };
    let row = change.apply(&row);
    let Decision::End { change: Change::End { remember_until, .. }, .. } =
        asking.decide(Some(&row), &c(at(60), salt(2)))
    else {
        panic!("row 11")
    };
    assert!(remember_until > at(60).plus(policy.longest_ttl));
}

#[test]
fn rt_4_a_retry_within_the_leeway_gets_the_same_successor() {
    let (mut played, tokens) = chain(with_leeway(30), 1);
    for secs in [0, 1, 30] {
        let told = refresh(&mut played, &tokens[0], secs);
        assert!(same(&told, &Told::Served(Served::Replayed, tokens[1].clone())), "{secs} s");
    }
    assert!(same(&refresh(&mut played, &tokens[0], 31), &REUSED));
}

#[test]
fn rt_5_the_leeway_never_slides() {
    let (mut played, tokens) = chain(with_leeway(30), 1);
    let first_use = played.row().head.rotated_at;
    assert!(same(&refresh(&mut played, &tokens[0], 29), &Told::Served(Served::Replayed, tokens[1].clone())));
    assert_eq!(played.row().head.rotated_at, first_use);
    assert!(same(&refresh(&mut played, &tokens[0], 31), &REUSED));
}

#[test]
fn rt_6_only_the_token_just_replaced_may_be_retried() {
    let (mut played, tokens) = chain(with_leeway(300), 2);
    assert!(same(&refresh(&mut played, &tokens[0], 2), &REUSED));
}

#[test]
fn rt_7_the_use_of_the_successor_closes_the_leeway() {
    let (mut played, tokens) = chain(with_leeway(300), 1);
    assert!(same(&refresh(&mut played, &tokens[0], 1), &Told::Served(Served::Replayed, tokens[1].clone())));
    refresh(&mut played, &tokens[1], 1).token();
    assert!(same(&refresh(&mut played, &tokens[0], 1), &REUSED));
}

#[test]
fn rt_9_any_number_of_requests_with_one_token_and_key_rotate_once() {
    let mut played = Played::open(strict(), None);
    let first = played.first.clone();
    let asking = Asking::with(&first, Some("key"));
    let successor = played.ask(&asking, at(0)).token();
    for i in 1..64 {
        assert!(same(&played.ask(&asking, at(i)), &Told::Served(Served::Replayed, successor.clone())));
    }
    assert_eq!(played.row().head.seq, Seq(2));
}

#[test]
fn rt_10_another_client_changes_nothing() {
    let (mut played, tokens) = chain(strict(), 1);
    for (token, app, client) in
        [(1, "other", "client"), (1, "app", "other"), (0, "other", "client"), (0, "app", "other")]
    {
        let before = played.row().clone();
        let asking = Asking { app, client, ..Asking::with(&tokens[token], None) };
        assert!(same(&played.ask(&asking, at(9)), &Told::Refused(Refusal::WrongClient)));
        assert_eq!(*played.row(), before);
    }
    assert!(served_by(&refresh(&mut played, &tokens[1], 10), Served::Rotated));
}

#[test]
fn rt_11_reuse_without_the_proof_of_possession_changes_nothing() {
    let mut played = Played::open(strict(), Some("thumbprint"));
    let first = played.first.clone();
    let owner = |token| Asking { proof: Some("thumbprint"), ..Asking::with(token, None) };
    let second = played.ask(&owner(&first), at(0)).token();
    for proof in [None, Some("another")] {
        let before = played.row().clone();
        let thief = Asking { proof, ..Asking::with(&first, None) };
        assert!(same(&played.ask(&thief, at(9)), &Told::Refused(Refusal::BindingFailed)));
        assert_eq!(*played.row(), before);
    }
    assert!(served_by(&played.ask(&owner(&second), at(10)), Served::Rotated));
}

fn served_by(told: &Told, by: Served) -> bool {
    matches!(told, Told::Served(served, _) if *served == by)
}

#[test]
fn rt_13_tokens_are_of_one_length_and_share_no_secret() {
    let (ring, policy) = (ring(), strict());
    let mut seen = HashSet::new();
    for n in 0..2_000u16 {
        let mut secret = Zeroizing::new([0; 32]);
        secret[..2].copy_from_slice(&n.to_be_bytes());
        let new = NewSession {
            app: AppId::parse("app").expect("an app id"),
            user: UserId::parse("user").expect("a user id"),
            client: ClientId::parse("client").expect("a client id"),
            authenticated_at: START,
            confirmation: None,
            device: None,
            claims: None,
        };
        let entropy = Entropy { family: [0; 12], secret, salt: salt(0) };
        let Ok((opening, first)) = open(new, &[], &policy, &ring, START, &entropy) else {
            panic!("no limit")
        };
        let c = Circumstances {
            policy: &policy,
            ring: &ring,
            recovery: Recovery::Closed,
            now: START,
            salt: salt(u64::from(n)),
        };
        let held = common::held(&first, &ring);
        let decision = Asking::with(&held, None).decide(Some(&opening.family), &c);
        let Decision::Serve { token, .. } = decision else { panic!("row 3") };
        for text in [first.reveal(), token.reveal()] {
            assert_eq!(text.len(), TEXT_BYTES);
            // The secret begins with byte 21 of the token: 28 digits and the prefix before it, the tag after it.
            assert!(seen.insert(text[32..74].to_owned()), "a secret that was seen before");
        }
    }
}

#[test]
fn rt_15_an_idle_session_is_over() {
    for (secs, served) in [(3_599, true), (3_600, false), (3_601, false)] {
        let mut played = Played::open(strict(), None);
        let first = played.first.clone();
        let told = refresh(&mut played, &first, secs);
        let expected = Told::Refused(Refusal::ExpiredIdle);
        assert_eq!(
            (served_by(&told, Served::Rotated), same(&told, &expected)),
            (served, !served),
            "{secs} s"
        );
    }
}

#[test]
fn rt_16_no_refresh_moves_the_absolute_end() {
    let mut played = Played::open(strict(), None);
    let end = played.row().life.absolute_end;
    let mut token = played.first.clone();
    for secs in (0..86_400).step_by(600) {
        token = refresh(&mut played, &token, secs).token();
        assert_eq!(played.row().life.absolute_end, end);
        assert!(played.row().life.end() <= end);
    }
    assert!(same(&refresh(&mut played, &token, 86_400), &Told::Refused(Refusal::ExpiredAbsolute)));
}

#[test]
fn rt_24_a_token_ahead_of_the_store_is_no_reuse() {
    let (mut played, tokens) = chain(strict(), 1);
    let backup = played.row().clone();
    let second = refresh(&mut played, &tokens[1], 1).token();
    let third = refresh(&mut played, &second, 2).token();
    played.row = Some(backup.clone());
    assert!(same(&refresh(&mut played, &third, 9), &Told::Refused(Refusal::OutOfSync)));
    assert_eq!(*played.row(), backup);
    played.recovery = Recovery::Open { opened_at: at(10), ahead: 10 };
    assert!(served_by(&refresh(&mut played, &third, 11), Served::FastForwarded));
}

#[test]
fn a_thief_within_the_leeway_is_noticed_one_rotation_later() {
    // The one place where row 7 helps a thief: the owner's answer was lost, and the thief was given its successor.
    let mut played = Played::open(with_leeway(30), None);
    let first = played.first.clone();
    let owners = Asking::with(&first, Some("owners"));
    played.ask(&owners, at(0)).token();
    let stolen = refresh(&mut played, &first, 5).token();
    let next = refresh(&mut played, &stolen, 6).token();
    assert!(same(&played.ask(&owners, at(60)), &Told::Refused(Refusal::Superseded)));
    refresh(&mut played, &next, 61).token();
    assert!(same(&played.ask(&owners, at(62)), &REUSED));
}

#[test]
fn a_thief_who_copied_the_key_too_is_noticed_at_the_next_token() {
    let mut played = Played::open(strict(), None);
    let first = played.first.clone();
    let both = Asking::with(&first, Some("copied"));
    let successor = played.ask(&both, at(0)).token();
    assert!(same(&played.ask(&both, at(5)), &Told::Served(Served::Replayed, successor.clone())));
    assert!(served_by(&played.ask(&Asking::with(&successor, Some("owners")), at(60)), Served::Rotated));
    assert!(same(&played.ask(&Asking::with(&successor, Some("thiefs")), at(90)), &REUSED));
}

#[test]
fn r7_a_row_and_its_change_hold_no_part_of_a_token() {
    let (ring, policy) = (ring(), strict());
    let (row, first) = session(&ring, &policy, None);
    let held = common::held(&first, &ring);
    let c =
        Circumstances { policy: &policy, ring: &ring, recovery: Recovery::Closed, now: START, salt: salt(1) };
    let decision = Asking::with(&held, Some("key")).decide(Some(&row), &c);
    let Decision::Serve { token, change, .. } = decision else { panic!("row 3") };
    let stored = format!("{row:?} {change:?} {:?}", change.apply(&row));
    for text in [first.reveal(), token.reveal()] {
        let bytes = Base64UrlUnpadded::decode_vec(&text[4..]).expect("base64url");
        for part in bytes[21..].windows(6) {
            let part = format!("{part:?}");
            assert!(!stored.contains(part.trim_matches(['[', ']'])), "six bytes of a secret or a tag");
        }
        assert!(!stored.contains(&text[4..]));
    }
}

/// Takes only what has no parts elsewhere, and so always takes up the same room.
fn fixed<T: Copy>(_: T) {}

#[test]
fn op_6_a_row_does_not_grow_with_use() {
    let (played, tokens) = chain(with_leeway(300), 100);
    let fresh = Played::open(strict(), None);
    let Family { id, app, user, client, head, created_at, authenticated_at, life, state, .. } = played.row();
    let Head { seq, kid, current, previous, attempt, previous_attempt, salt, rotated_at, retries } = head;
    fixed::<(FamilyId, Timestamp, Timestamp, Life, State)>((
        *id,
        *created_at,
        *authenticated_at,
        *life,
        *state,
    ));
    fixed::<(Seq, Kid, Digest, Option<Digest>)>((*seq, *kid, *current, *previous));
    fixed::<(Option<Attempt>, Option<Attempt>, Salt)>((*attempt, *previous_attempt, *salt));
    fixed::<(Timestamp, Retries)>((*rotated_at, *retries));
    let text = |row: &Family| (row.confirmation.clone(), row.device.clone(), row.claims.clone());
    assert_eq!((app, user, client), (&fresh.row().app, &fresh.row().user, &fresh.row().client));
    assert_eq!(text(played.row()), text(fresh.row()));
    assert_eq!(tokens.len(), 101);
}
