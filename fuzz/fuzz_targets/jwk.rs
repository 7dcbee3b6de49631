//! libFuzzer on `testing/fuzz/src/jwk.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::jwk::run(input));
