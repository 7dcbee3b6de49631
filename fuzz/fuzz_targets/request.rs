//! libFuzzer on `testing/fuzz/src/request.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::request::run(input));
