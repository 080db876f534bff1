#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heliogram_fuzz::reflect_json::run(data));
