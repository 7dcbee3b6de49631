//! The pure hot path, piece by piece: `instructions NAME ROUNDS` does one piece so often, `instructions` names them.
//!
//! `cargo xtask instructions` counts what the processor does for each, under valgrind. Nothing here reads a clock, and
//! everything is the same in every run.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for one caller, which reads what it prints"
)]

mod refresh;

use std::process::ExitCode;

use refresh::Refresh;

/// What does a piece once.
type Once = fn(&Refresh);

const PIECES: &[(&str, Once)] = &[
    ("authenticate_token", Refresh::authenticate_token),
    ("refuse_forged_token", Refresh::refuse_forged_token),
    ("tell_attempt", Refresh::tell_attempt),
    ("decide_rotate", Refresh::decide_rotate),
    ("decide_replay", Refresh::decide_replay),
    ("decide_reuse", Refresh::decide_reuse),
    ("open_session", Refresh::open_session),
    ("reveal_token", Refresh::reveal_token),
    ("write_answer", Refresh::write_answer),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, rounds] = args.as_slice() else {
        PIECES.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let piece = PIECES.iter().find(|(known, _)| known == name);
    let (Some((_, once)), Ok(rounds)) = (piece, rounds.parse::<u32>()) else { return ExitCode::FAILURE };
    let refresh = Refresh::new();
    for _ in 0..rounds {
        once(&refresh);
    }
    ExitCode::SUCCESS
}
