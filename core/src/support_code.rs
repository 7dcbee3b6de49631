//! What a user reads out to support: a short name for one session, easy to say and hard to mistype.

use std::fmt;

use crate::id::FamilyId;

/// Crockford's alphabet: no letter that looks like a digit or like another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many bytes of the session's id it carries: the second of its making, and enough of the rest to tell sessions of one
/// second apart (one in 16 million).
const CARRIED: usize = 7;
const LETTERS: usize = 12;

/// The beginning of a session's id, with four bits that tell a mistyped code. No secret: it does nothing but find a session
/// for somebody who may see it anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportCode([u8; CARRIED]);

impl SupportCode {
    /// The code of `session`.
    pub fn of(session: FamilyId) -> Self {
        let mut carried = [0; CARRIED];
        carried.copy_from_slice(&session.as_bytes()[..CARRIED]);
        Self(carried)
    }

    /// Reads a code as people type it: in either case, with or without hyphens and spaces, O for 0, I and L for 1. `None` for
    /// what is none, or was mistyped.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = 0_u64;
        let mut letters = 0;
        for letter in text.bytes().filter(|letter| !matches!(letter, b'-' | b' ')) {
            let letter = match letter.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let value = ALPHABET.iter().position(|known| *known == letter)?;
            letters += 1;
            if letters > LETTERS {
                return None;
            }
            bits = bits << 5 | value as u64;
        }
        let code = Self(bits_to_bytes(bits >> 4));
        (letters == LETTERS && code.check() == bits & 15).then_some(code)
    }

    /// The second in which the session was made.
    pub fn made_in_second(&self) -> i64 {
        let [a, b, c, d, ..] = self.0;
        i64::from(u32::from_be_bytes([a, b, c, d]))
    }

    /// The greatest id that a session with this code can have: in a list from new to old, they stand at its place.
    pub fn last_id(&self) -> FamilyId {
        let mut bytes = [0xff; 16];
        bytes[..CARRIED].copy_from_slice(&self.0);
        FamilyId::from_bytes(bytes)
    }

    /// Whether it is the code of `session`.
    pub fn names(&self, session: FamilyId) -> bool {
        *self == Self::of(session)
    }

    fn bits(&self) -> u64 {
        self.0.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
    }

    /// Changes with every letter, and with the order of two.
    fn check(&self) -> u64 {
        let mut rest = self.bits();
        let mut sum = 0;
        for place in 1..=LETTERS as u64 {
            sum += place * (rest & 31) + (rest & 31) / 16;
            rest >>= 5;
        }
        sum & 15
    }
}

fn bits_to_bytes(bits: u64) -> [u8; CARRIED] {
    let mut bytes = [0; CARRIED];
    bytes.copy_from_slice(&bits.to_be_bytes()[8 - CARRIED..]);
    bytes
}

impl fmt::Display for SupportCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bits() << 4 | self.check();
        for place in 0..LETTERS {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let letter = ALPHABET[(bits >> (5 * (LETTERS - 1 - place)) & 31) as usize];
            write!(f, "{}", char::from(letter))?;
        }
        Ok(())
    }
}
