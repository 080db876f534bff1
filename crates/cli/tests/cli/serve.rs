//! `heliogram serve`.

use std::path::Path;

use crate::{Stage, command, first_lines, text};

/// What a server says that does not start.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let refused = command(folder)
        .args(["serve", "--port", "0"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(!refused.status.success());
    text(&refused.stderr)
}

#[test]
fn serve_describes_itself_in_its_first_line() {
    let stage = Stage::new();
    let dcs = stage.about["dcs"].as_array().unwrap();
    assert_eq!(dcs.len(), 2);
    for (dc, id) in dcs.iter().zip(1..) {
        assert_eq!(dc["id"], id);
        assert_eq!(dc["host"], "127.0.0.1");
        assert!(dc["port"].as_u64().is_some_and(|port| port > 0));
    }
    let key = stage.about["public_key"].as_str().unwrap();
    assert!(key.starts_with("-----BEGIN RSA PUBLIC KEY-----\n"), "{key}");
    assert_eq!(stage.about["bots"][0]["username"], "echo_bot");
    assert!(
        stage.about["bots"][0]["token"]
            .as_str()
            .unwrap()
            .contains(':')
    );
}

#[test]
fn a_server_open_to_others_warns_of_it_and_tells_of_its_cdn_and_media_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let open = ["--host", "0.0.0.0", "--cdn"];
    let lines = first_lines(folder.path(), &open, 2);
    assert_eq!(lines[0]["cdn"]["id"], 203);
    assert!(lines[0]["dcs"][0]["media_port"].is_u64());
    assert_eq!(lines[1]["event"], "warning");
    let lines = first_lines(folder.path(), &[], 1);
    assert_eq!(lines[0]["dcs"][0]["host"], "127.0.0.1");
    assert!(lines[0]["cdn"].is_null());
    // Only the addresses for media are open.
    let mut media = vec!["--host", "0.0.0.0"];
    for place in ["1=127.0.0.1:0", "2=127.0.0.1:0"] {
        media.extend(["--listen", place]);
    }
    let lines = first_lines(folder.path(), &media, 2);
    assert_eq!(lines[0]["dcs"][0]["host"], "127.0.0.1");
    assert_eq!(lines[1]["event"], "warning");
}

#[test]
fn a_data_centre_has_one_address() {
    let folder = tempfile::tempdir().unwrap();
    let twice = ["--listen", "1=127.0.0.1:0", "--listen", "1=127.0.0.2:0"];
    let said = refusal(folder.path(), &twice);
    assert!(said.contains("data centre 1 two addresses"), "{said}");
}

#[test]
fn a_data_file_of_more_data_centres_says_how_many_to_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let world = "[[users]]\nusername = \"abroad\"\ndc = 3\n";
    std::fs::write(folder.path().join("world.toml"), world).unwrap();
    let three = ["--data", "w.db", "--dcs", "3", "--seed", "world.toml"];
    first_lines(folder.path(), &three, 1);
    let said = refusal(folder.path(), &["--data", "w.db"]);
    assert!(said.contains("`--dcs 3`"), "{said}");
}

#[test]
fn its_help_names_every_fault() {
    let folder = tempfile::tempdir().unwrap();
    let help = command(folder.path()).args(["serve", "--help"]).output();
    let help = text(&help.unwrap().stdout);
    for name in [
        "drop",
        "flood_wait",
        "cut_after",
        "gap_update",
        "repeat_update",
        "clock_skew",
    ] {
        assert!(help.contains(name), "{name}");
    }
    let faults = help.split_once("Faults,").unwrap().1;
    assert!(faults.lines().all(|line| line.len() <= 100), "{help}");
}

#[test]
fn a_further_layer_comes_from_a_file_that_has_to_be_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("next.tl");
    let line = "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc;";
    std::fs::write(&path, format!("// LAYER 999\n{line}\n")).unwrap();
    let file = path.to_str().unwrap();
    let lines = first_lines(folder.path(), &["--layer-file", file], 1);
    assert!(lines[0]["dcs"].is_array());
    std::fs::write(&path, "// no schema at all").unwrap();
    let said = refusal(folder.path(), &["--layer-file", file]);
    assert!(said.contains("schema of a further layer"), "{said}");
}
