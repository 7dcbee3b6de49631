//! libFuzzer on `testing/fuzz/src/form.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::form::run(input));
