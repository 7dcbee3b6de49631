//! Support codes: short, typed by people, and never mistaken for another's.

use tenure_core::id::FamilyId;
use tenure_core::support_code::SupportCode;
use tenure_core::time::Timestamp;

fn session(n: u8) -> FamilyId {
    let random = std::array::from_fn(|i| n.wrapping_mul(i as u8 + 1).wrapping_add(31));
    FamilyId::new(Timestamp::from_secs(1_795_639_862 + i64::from(n)), random)
}

#[test]
fn what_is_written_is_read_back_as_people_type_it() {
    for n in 0..=255 {
        let code = SupportCode::of(session(n));
        let text = code.to_string();
        assert_eq!(text.len(), 14, "{text}");
        assert_eq!(SupportCode::parse(&text), Some(code));
        let typed = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(SupportCode::parse(&typed), Some(code), "{typed}");
        assert!(code.names(session(n)) && !code.names(session(n.wrapping_add(1))));
        assert_eq!(code.made_in_second(), session(n).made_in_second());
    }
}

#[test]
fn what_is_none_is_refused() {
    for wrong in
        ["", "K7QF", "K7QF-2MXD-9PTAA", "U7QF-2MXD-9PTA", "K7QF_2MXD_9PTA", "tr1_abcdefgh", "é7QF-2MXD-9PTA"]
    {
        assert_eq!(SupportCode::parse(wrong), None, "{wrong}");
    }
}

/// One letter that is wrong, or two that changed places, are told nearly always.
#[test]
fn mistyped_codes_are_told() {
    let text = SupportCode::of(session(7)).to_string().replace('-', "");
    let (mut wrong, mut passed) = (0, 0);
    for place in 0..text.len() {
        for letter in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
            let typed: String =
                text.char_indices().map(|(at, own)| if at == place { letter } else { own }).collect();
            if typed != text {
                wrong += 1;
                passed += u32::from(SupportCode::parse(&typed).is_some());
            }
        }
    }
    assert!(passed * 8 < wrong, "{passed} of {wrong} mistyped codes pass");
}
