//! libFuzzer on `testing/fuzz/src/jws.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::jws::run(input));
