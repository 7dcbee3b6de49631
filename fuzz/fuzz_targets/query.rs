//! libFuzzer on `testing/fuzz/src/query.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::query::run(input));
