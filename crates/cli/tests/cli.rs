//! The command as people and scripts use it: what it prints, how it ends, what it leaves behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A command that sees nothing of the environment of whoever runs the tests.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heliogram"));
    command.current_dir(folder).env("TMPDIR", folder);
    for name in [
        "SESSION",
        "SERVER",
        "SERVER_KEY",
        "API_ID",
        "API_HASH",
        "BOT_TOKEN",
    ] {
        command.env_remove(format!("HELIOGRAM_{name}"));
    }
    command
}

/// A server of its own, and a folder for sessions.
struct Stage {
    folder: TempDir,
    /// Where the server keeps files; it is killed and cannot clear up itself.
    _server_folder: TempDir,
    server: Child,
    about: Value,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server_folder = tempfile::tempdir().unwrap();
        let mut server = command(server_folder.path())
            .args(["serve", "--port", "0", "--json", "--bot", "echo_bot"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(server.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        // The rest is read so that the server never waits for a reader.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        std::fs::write(folder.path().join("server.json"), &line).unwrap();
        Self {
            folder,
            _server_folder: server_folder,
            server,
            about: serde_json::from_str(&line).unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command against the server, with a session and an input.
    fn run_with(&self, session: &str, args: &[&str], input: &str) -> Output {
        let mut child = command(self.folder.path())
            .args(["--server", "server.json", "--session", session])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.run_with("alice.session", args, "")
    }

    /// The lines of JSON that a command which goes well prints.
    fn json(&self, args: &[&str]) -> Vec<Value> {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let output = self.run(&args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        lines(&output)
    }

    fn sign_up(&self) {
        let args = ["login", "--phone", "9996621234"];
        let output = self.run_with("alice.session", &args, "22222\nAlice\n");
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = text(&output.stdout);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
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
    let made = command(stage.folder.path())
        .args(["serve", "--port", "0", "--json", "--key", "other.pem"])
        .stdout(Stdio::piped())
        .spawn();
    let mut made = made.unwrap();
    let mut line = String::new();
    BufReader::new(made.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    made.kill().unwrap();
    made.wait().unwrap();
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

#[test]
fn the_demo_ends_well_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file.bin");
    std::fs::write(&file, vec![7; 1_000_000]).unwrap();
    let output = command(folder.path())
        .args(["demo", "--json", "--file"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = lines(&output);
    assert_eq!((told.len(), &told[0]["ok"]), (1, &true.into()));
    let steps = told[0]["steps"].as_array().unwrap();
    assert!(steps.len() > 10 && steps.iter().all(|s| s["ok"] == true && s["ms"].is_u64()));
    assert_eq!(names(folder.path()), ["a file.bin"]);
    let wrong = command(folder.path())
        .args(["demo", "--json", "--file", "."])
        .output();
    let wrong = wrong.unwrap();
    assert_eq!(
        (wrong.status.code(), &lines(&wrong)[0]["ok"]),
        (Some(1), &false.into())
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let demo = command(folder.path())
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut demo = demo.unwrap();
    let mut told = BufReader::new(demo.stdout.take().unwrap());
    let mut line = String::new();
    // In the middle: a server is up and somebody has signed in.
    while !line.contains("password") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    let id = demo.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    std::io::copy(&mut told, &mut std::io::sink()).unwrap();
    assert_eq!(demo.wait().unwrap().code(), Some(130));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_stops_nothing_and_a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let demo = command(folder.path())
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut demo = demo.unwrap();
    drop(demo.stdout.take());
    assert!(demo.wait().unwrap().success());
    assert_eq!(names(folder.path()), [""; 0], "it was brought to its end");
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let stats = command(folder.path())
        .args(["schema", "stats"])
        .stdout(full.unwrap())
        .output()
        .unwrap();
    assert_eq!(stats.status.code(), Some(1));
    assert!(
        text(&stats.stderr).contains("cannot be written"),
        "{stats:?}"
    );
}

#[test]
fn the_schema_is_counted_shown_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| command(folder.path()).args(args).output().unwrap();
    let stats = lines(&run(&["schema", "stats", "--json"])).remove(0);
    assert_eq!(stats["layer"], 232);
    let published = include_str!("../../../schema/api.tl");
    let (types, functions) = published.split_once("---functions---").unwrap();
    let count = |text: &str| text.lines().filter(|l| l.ends_with(';')).count();
    assert_eq!(stats["constructors"], count(types));
    assert_eq!(stats["functions"], count(functions));

    let shown = run(&["schema", "show", "7da07ec9"]);
    assert!(text(&shown.stdout).contains("inputPeerSelf"), "{shown:?}");
    let near = run(&["schema", "show", "messages.sendMesage"]);
    assert!(
        text(&near.stderr).contains("messages.sendMessage?"),
        "{near:?}"
    );
    std::fs::write(
        folder.path().join("broken.tl"),
        "a = A;\nb c:Nothing = B;\n",
    )
    .unwrap();
    let broken = run(&["schema", "sync", "broken.tl", "-o", "out.tl"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        text(&broken.stderr).contains("broken.tl: line 2: "),
        "{broken:?}"
    );
    assert_eq!(names(folder.path()), ["broken.tl"]);
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let help = |command_name: &str| {
        let output = command(folder.path())
            .args([command_name, "--help"])
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    for name in [
        "demo", "serve", "login", "send", "history", "download", "raw",
    ] {
        assert!(help(name).contains("\nExamples:\n"), "{name}");
    }
    for name in ["demo", "serve", "schema"] {
        assert!(!help(name).contains("--api-id"), "{name} connects nowhere");
    }
    let wrong = command(folder.path()).arg("dmeo").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

/// The first lines of a server that is ended then.
fn first_lines(folder: &Path, arguments: &[&str], lines: usize) -> Vec<Value> {
    let mut server = command(folder)
        .args(["serve", "--port", "0", "--json"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(server.stdout.take().unwrap());
    let lines = out.lines().take(lines);
    let lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let lines = lines.collect();
    server.kill().unwrap();
    server.wait().unwrap();
    lines
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
    let refused = command(folder.path())
        .args(["serve", "--port", "0", "--layer-file", file])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("schema of a further layer"), "{said}");
}
