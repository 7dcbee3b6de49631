//! libFuzzer on `testing/fuzz/src/ring_file.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tenure_fuzz_targets::ring_file::run(input));
