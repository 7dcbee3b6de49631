//! libFuzzer on `testing/fuzz/src/session_token.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::session_token::run(input));
