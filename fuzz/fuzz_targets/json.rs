//! libFuzzer on `testing/fuzz/src/json.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::json::run(input));
