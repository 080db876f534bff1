//! What `listen` shows, and that it shows it once.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Stdio},
};

use serde_json::Value;

use crate::{Stage, command};

/// A `listen` at work.
struct Listener {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listener {
    fn start(stage: &Stage, more: &[&str]) -> Self {
        let mut child = command(stage.folder.path())
            .args(["--server", "server.json", "--session", "alice.session"])
            .args(["listen", "--json"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next event of this kind.
    fn next(&mut self, kind: &str) -> Value {
        loop {
            let line = self.lines.next().unwrap().unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// The next message that somebody wrote, not the server itself.
    fn next_text(&mut self) -> String {
        loop {
            let message = self.next("NewMessage");
            if message["out"] == true {
                return message["text"].as_str().unwrap().to_owned();
            }
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_listener_that_is_killed_goes_on_where_it_was() {
    let stage = Stage::new();
    stage.sign_up();
    let login = ["login", "--phone", "9996621234"];
    let second = stage.run_with("second.session", &login, "22222\n");
    assert!(second.status.success(), "{second:?}");
    let say = |text: &str| {
        let sent = stage.run_with("second.session", &["send", "me", text], "");
        assert!(sent.status.success(), "{sent:?}");
    };
    let mut listener = Listener::start(&stage, &[]);
    for n in 1..=3 {
        say(&n.to_string());
        assert_eq!(listener.next_text(), n.to_string());
    }
    listener.kill();
    say("4");
    let mut listener = Listener::start(&stage, &[]);
    // That the last ones were shown may not have been stored yet: they come again, in order.
    let mut text = listener.next_text();
    while let Some(shown) = ["1", "2", "3"].iter().position(|shown| *shown == text) {
        text = listener.next_text();
        assert_eq!(text, (shown + 2).to_string());
    }
    assert_eq!(text, "4");
    listener.kill();
    say("5");
    let mut listener = Listener::start(&stage, &["--skip-missed"]);
    // It is up once it shows anything, which takes a message or two.
    let heard = std::thread::spawn(move || {
        let text = listener.next_text();
        listener.kill();
        text
    });
    for n in 6..200 {
        if heard.is_finished() {
            break;
        }
        say(&n.to_string());
    }
    let first: u32 = heard.join().unwrap().parse().unwrap();
    assert!(first >= 6, "{first} is shown");
}
