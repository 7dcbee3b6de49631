//! libFuzzer on `testing/fuzz/src/session.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::session::run(input));
