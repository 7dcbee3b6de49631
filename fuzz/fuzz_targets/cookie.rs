//! libFuzzer on `testing/fuzz/src/cookie.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::cookie::run(input));
