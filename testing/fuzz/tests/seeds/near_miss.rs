//! Small changes of a seed, the same in every run.

use std::path::PathBuf;

/// The near miss with this number: one to four changes, each of which flips, drops, doubles or replaces a few bytes, or goes on
/// as another seed does.
pub fn of(seed: &[u8], all: &[(PathBuf, Vec<u8>)], number: u64) -> Vec<u8> {
    let mut draw = Draw(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed.len() as u64);
    let mut input = seed.to_vec();
    for _ in 0..=draw.below(3) {
        change(&mut input, all, &mut draw);
    }
    input
}

const TELLING: [&[u8]; 12] = [
    b"\0",
    b"\xff",
    b"\"",
    b"{",
    b"[[",
    b"\\u0000",
    b"%00",
    b"-1",
    b"9223372036854775808",
    b"1e999",
    b"\r\n",
    b";",
];

fn change(input: &mut Vec<u8>, all: &[(PathBuf, Vec<u8>)], draw: &mut Draw) {
    let at = draw.below(input.len());
    let until = (at + 1 + draw.below(8)).min(input.len());
    match draw.below(5) {
        0 if !input.is_empty() => input[at] ^= 1 << draw.below(8),
        1 => drop(input.drain(at..until)),
        2 => {
            let doubled = input[at..until].to_vec();
            drop(input.splice(at..at, doubled));
        }
        3 => drop(input.splice(at..until, TELLING[draw.below(TELLING.len())].iter().copied())),
        _ => {
            let other = &all[draw.below(all.len())].1;
            input.truncate(at);
            input.extend_from_slice(&other[draw.below(other.len())..]);
        }
    }
}

/// SplitMix64.
struct Draw(u64);

impl Draw {
    /// A number below `bound`; 0 when there is none.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}
