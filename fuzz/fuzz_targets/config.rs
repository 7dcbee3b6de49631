//! libFuzzer on `testing/fuzz/src/config.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::config::run(input));
