//! libFuzzer on `testing/fuzz/src/refresh_token.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::refresh_token::run(input));
