//! Sessions and servers, right ones and wrong ones.

use std::path::Path;

use crate::{Stage, command, first_lines, lines, names, text};

#[test]
fn a_session_from_login_to_logout() {
    let stage = Stage::new();
    stage.sign_up();
    let me = stage.json(&["me"]).remove(0);
    assert_eq!(me["name"], "Alice");
    let shown = text(&stage.run(&["me"]).stdout);
    assert!(
        shown.starts_with("Alice  id "),
        "no colour in a pipe: {shown:?}"
    );

    let sent = stage
        .json(&["send", "me", "hello, **me**", "--markdown"])
        .remove(0);
    assert_eq!(sent["text"], "hello, me");
    stage.json(&["send", "me", "- a list?"]);
    std::fs::write(stage.path("empty"), "").unwrap();
    std::fs::write(stage.path("report.txt"), "figures").unwrap();
    stage.json(&["send", "me", "--file", "empty"]);
    let file = stage
        .json(&["send", "me", "look", "--file", "report.txt"])
        .remove(0);
    assert_eq!(
        (&file["file"], &file["size"]),
        (&"report.txt".into(), &7.into())
    );

    let texts: Vec<_> = stage
        .json(&["history", "me", "-n", "3"])
        .iter()
        .map(|m| m["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, ["look", "", "- a list?"]);
    let id = file["id"].to_string();
    std::fs::create_dir(stage.path("copies")).unwrap();
    stage.json(&["download", "me", &id, "--output", "copies"]);
    assert_eq!(
        std::fs::read(stage.path("copies/report.txt")).unwrap(),
        b"figures"
    );
    let again = stage.run(&["download", "me", &id, "--output", "copies"]);
    assert_eq!(again.status.code(), Some(1), "what is there stays");
    let piped = stage.run(&["download", "me", &id, "--output", "-"]);
    assert_eq!(piped.stdout, b"figures");

    let call = r#"{"id": [{"_": "inputUserSelf"}]}"#;
    let raw = stage.run_with(
        "alice.session",
        &["raw", "users.getUsers", "-", "--json"],
        call,
    );
    assert_eq!(lines(&raw)[0][0]["first_name"], "Alice");

    let known = [
        "alice.session",
        "copies",
        "empty",
        "report.txt",
        "server.json",
    ];
    assert_eq!(names(stage.folder.path()), known, "a session is one file");
    stage.json(&["logout"]);
    let out = stage.run(&["me"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("heliogram login"), "{out:?}");
}

#[test]
fn mistakes_are_named_with_a_remedy_and_change_nothing() {
    let stage = Stage::new();
    stage.sign_up();
    std::fs::write(stage.path("foreign"), "something else").unwrap();
    std::fs::write(stage.path("zero"), "").unwrap();
    let session = std::fs::read(stage.path("alice.session")).unwrap();
    std::fs::write(stage.path("half"), &session[..session.len() / 2]).unwrap();
    let login = |phone| vec!["login", "--phone", phone];
    let cases: &[(&str, Vec<&str>, &str, &str)] = &[
        ("new", login("+15550100"), "00000\n", "the newest code"),
        ("new", login("letters"), "", "+15550100"),
        (
            "new",
            vec!["login", "--bot-token", "nonsense"],
            "",
            "@BotFather",
        ),
        (
            "new",
            vec!["login", "--bot-token", "5000000001:no"],
            "",
            "@BotFather",
        ),
        ("new", vec!["me"], "", "heliogram login"),
        (
            "alice.session",
            vec!["send", "@nobody_at_all", "x"],
            "",
            "check the spelling",
        ),
        ("alice.session", vec!["send", "me"], "", "--file"),
        (
            "alice.session",
            vec!["send", "me", "--file", "missing"],
            "",
            "missing",
        ),
        (
            "alice.session",
            vec!["send", "me", "--file", "."],
            "",
            "not a file",
        ),
        ("alice.session", vec!["download", "me", "999"], "", "999"),
        (
            "alice.session",
            vec!["raw", "help.getNearestDcs"],
            "",
            "help.getNearestDc?",
        ),
        (
            "alice.session",
            vec!["raw", "users.getUsers", r#"{"id":[7]}"#],
            "",
            "$.id[0]",
        ),
        ("foreign", vec!["me"], "", "another program"),
        ("zero", vec!["me"], "", "empty"),
        ("half", vec!["me"], "", "cut short"),
        (".", vec!["me"], "", "directory"),
    ];
    for (session, args, input, part) in cases {
        let told = stage.run_with(session, args, input);
        assert_eq!(told.status.code(), Some(1), "{args:?} {told:?}");
        let words = text(&told.stderr);
        assert!(words.starts_with("error: "), "{args:?} {words}");
        assert!(words.contains(part), "{args:?} {words}");
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let json = stage.run_with(session, &args, input);
        assert_eq!(json.status.code(), Some(1), "{args:?}");
        let error = lines(&json).remove(0);
        assert!(error["error"].as_str().unwrap().contains(part), "{error}");
    }
    assert_eq!(
        std::fs::read(stage.path("foreign")).unwrap(),
        b"something else"
    );
    assert_eq!(std::fs::read(stage.path("zero")).unwrap(), b"");
    assert_eq!(stage.json(&["me"])[0]["name"], "Alice", "still logged in");
}

#[test]
fn servers_that_cannot_be_right_are_named() {
    let stage = Stage::new();
    let dc = &stage.about["dcs"][0];
    let here = format!("{}:{}", dc["host"].as_str().unwrap(), dc["port"]);
    let nobody = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap().to_string()
    };
    let key = stage.path("server.pem");
    std::fs::write(&key, stage.about["public_key"].as_str().unwrap()).unwrap();
    let other = stage.path("other.pem");
    first_lines(stage.folder.path(), &["--key", "other.pem"], 1);
    let cases = [
        (nobody.as_str(), key.as_path(), "refused"),
        (&here, &other, "another public key"),
        (&here, Path::new("missing.pem"), "missing.pem"),
        ("nowhere", &key, "HOST:PORT"),
    ];
    for (server, key, part) in cases {
        let output = command(stage.folder.path())
            .args(["me", "--session", "new", "--server", server, "--server-key"])
            .arg(key)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stderr).contains(part), "{server}: {output:?}");
    }
}
