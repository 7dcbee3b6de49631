//! Ids, counters, reasons and moments: what they accept, and that arithmetic on them never overflows.

use proptest::collection::vec;
use proptest::prelude::*;
use tenure_core::family::Retries;
use tenure_core::id::{AppId, ClientId, FamilyId, Seq, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use crate::common::START;
use crate::runner::check;

#[test]
fn retries_count_this_rotation_and_which_of_the_last_five_were_replayed() {
    check("retries", 2_000, vec(any::<bool>(), 0..60), |rotations| {
        let (mut retries, mut counts) = (Retries::default(), vec![0u32]);
        for rotated in rotations {
            if rotated {
                retries = retries.rotated();
                counts.push(0);
            } else {
                prop_assert_eq!(retries.again().packed(), retries.packed() + Retries::ONE);
                retries = retries.again();
                *counts.last_mut().expect("never empty") += 1;
            }
            let replayed = counts.iter().rev().take(5).filter(|count| **count > 0).count();
            prop_assert_eq!(retries.of_this_rotation(), *counts.last().expect("never empty"));
            prop_assert_eq!(retries.replayed_rotations() as usize, replayed);
            prop_assert_eq!(Retries::from_packed(retries.packed()), retries);
        }
        Ok(())
    });
}

#[test]
fn retries_never_overflow() {
    check("retries, any number", 2_000, any::<u32>(), |packed| {
        let retries = Retries::from_packed(packed);
        prop_assert!(retries.again().of_this_rotation() >= retries.of_this_rotation());
        prop_assert_eq!(retries.rotated().of_this_rotation(), 0);
        prop_assert!(retries.replayed_rotations() <= 5);
        Ok(())
    });
}

#[test]
fn a_family_id_is_read_as_it_is_written_and_no_other_way() {
    check("family ids", 2_000, any::<[u8; 16]>(), |bytes| {
        let id = FamilyId::from_bytes(bytes);
        let text = id.to_string();
        prop_assert_eq!(FamilyId::parse(&text), Some(id));
        // 22 digits hold 132 bits; the last four must be zero, or one id would have 16 names.
        let last = text.as_bytes()[21];
        for other in (b'!'..=b'~').filter(|other| *other != last) {
            let other = format!("{}{}", &text[..21], char::from(other));
            prop_assert_ne!(FamilyId::parse(&other), Some(id));
        }
        for other in [&text[..21], &format!("{text}A"), &format!("{text}=="), &format!(" {text}"), ""] {
            prop_assert_eq!(FamilyId::parse(other), None);
        }
        Ok(())
    });
}

#[test]
fn reading_a_family_id_never_panics() {
    check("family ids, any text", 2_000, any::<String>(), |text| {
        if let Some(id) = FamilyId::parse(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
        Ok(())
    });
}

#[test]
fn family_ids_of_a_time_lie_together() {
    let at = |secs| FamilyId::new(START.plus(Span::from_secs(secs)), [0xFF; 12]);
    assert!(at(0) < at(1) && at(1) < at(3_600));
    assert_eq!(at(0).as_bytes()[..4], (START.secs() as u32).to_be_bytes());
}

#[test]
fn names_have_the_lengths_and_letters_that_they_say() {
    let long = |bytes| "x".repeat(bytes);
    for (text, app, client, user) in [
        ("a", true, true, true),
        ("A-z_09", true, true, true),
        ("", false, false, false),
        (&long(64), true, true, true),
        (&long(65), false, true, true),
        (&long(128), false, true, true),
        (&long(129), false, false, true),
        (&long(255), false, false, true),
        (&long(256), false, false, false),
        ("with space", false, false, true),
        ("a.b@example.com", false, false, true),
        ("ünïcode", false, false, true),
        ("line\nbreak", false, false, false),
        ("nul\0", false, false, false),
        ("tenure-console", false, true, true),
        ("c1 control \u{85}", false, false, false),
    ] {
        assert_eq!(AppId::parse(text).is_ok(), app, "app {text:?}");
        assert_eq!(ClientId::parse(text).is_ok(), client, "client {text:?}");
        assert_eq!(UserId::parse(text).is_ok(), user, "user {text:?}");
        assert!(UserId::parse(text).map_or(true, |id| id.as_str() == text));
    }
}

#[test]
fn only_a_store_names_the_app_of_the_console() {
    assert!(AppId::parse("tenure-console").expect_err("reserved").to_string().contains("reserved"));
    assert!(AppId::stored("tenure-console").expect("what was stored").is_console());
    assert!(!AppId::stored("shop").expect("an app id").is_console());
    assert!(AppId::stored("pässword").is_err());
}

#[test]
fn no_refused_name_is_repeated() {
    let refused = AppId::parse("pässword").expect_err("not ASCII").to_string();
    assert!(!refused.contains("pässword"));
}

#[test]
fn reasons_are_read_as_they_are_written() {
    for reason in EndReason::ALL {
        assert_eq!(EndReason::from_code(reason.code()), Some(reason));
        assert_eq!(EndReason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(EndReason::from_code(0), None);
    assert_eq!(EndReason::parse("ended"), None);
}

#[test]
fn time_saturates() {
    check("time", 2_000, (any::<i64>(), any::<i64>()), |(moment, length)| {
        let (time, span) = (Timestamp::from_millis(moment), Span::from_millis(length));
        prop_assert_eq!(time.plus(span).millis(), moment.saturating_add(length));
        prop_assert_eq!(time.minus(span).millis(), moment.saturating_sub(length));
        prop_assert_eq!(time.since(Timestamp::from_millis(length)).millis(), moment.saturating_sub(length));
        prop_assert!(time.secs() <= time.secs_up());
        let _ = (Timestamp::from_secs(moment), Span::from_days(length), span.half());
        Ok(())
    });
}

#[test]
fn numbers_never_wrap() {
    assert_eq!(Seq(u32::MAX).next(), Seq(u32::MAX));
    assert_eq!(Seq(3).ahead_of(Seq(5)), 0);
    assert_eq!(Seq(5).ahead_of(Seq(3)), 2);
}
