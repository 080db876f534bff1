//! The command as people and scripts use it: what it prints, how it ends, what it leaves behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod demo;
mod listen;
mod schema;
mod serve;
mod session;
mod simulate;

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
