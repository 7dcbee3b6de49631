//! libFuzzer on `testing/fuzz/src/headers.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::headers::run(input));
