#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heliogram_fuzz::html::run(data));
