//! Commands with typed arguments, as programs declare them.

use super::*;
use crate::{
    Event, PeerLike, UpdateCx,
    dispatch::{FromUpdate, Reject},
    types::room::{ALICE, Room},
};

crate::commands! {
    /// What moderators may do.
    #[derive(Debug, PartialEq)]
    enum Cmd {
        /// Bans somebody,
        /// for some days.
        ///
        /// Only for admins.
        Ban { user: PeerLike, for_days: Option<u32> } = "ban" | "b",
        /// Adds numbers.
        Add(i64, Vec<i64>) = "add",
        /// Switches something.
        Set(String, bool) = "set",
        Help = "help",
    }
}

crate::commands! {
    #![syntax = CommandSyntax::new().prefixes(["!"]).case_sensitive()]
    #[derive(Debug, PartialEq)]
    enum Marked {
        Say(char) = "Say",
    }
}

fn read<C: Commands>(text: &str) -> Option<Result<C, CommandError>> {
    C::parse(&C::syntax().read(text)?)
}

fn ok<C: Commands>(text: &str) -> Option<C> {
    read(text).map(|r| r.unwrap())
}

fn mistake(text: &str) -> CommandError {
    let command = read::<Cmd>(text).expect("one of the commands");
    command.expect_err("a mistake")
}

#[test]
fn arguments_become_values() {
    let ban = |user: &str, for_days| Cmd::Ban {
        user: user.into(),
        for_days,
    };
    assert_eq!(ok("/ban @bob 3"), Some(ban("@bob", Some(3))));
    assert_eq!(ok("/B t.me/bob"), Some(ban("@bob", None)));
    assert_eq!(ok("/add 1"), Some(Cmd::Add(1, vec![])));
    assert_eq!(ok("/add 1 -2 3"), Some(Cmd::Add(1, vec![-2, 3])));
    let set = Cmd::Set("night mode".into(), true);
    assert_eq!(ok("/set \"night mode\" ON"), Some(set));
    assert_eq!(ok("/help"), Some(Cmd::Help));
    assert_eq!(ok::<Cmd>("/dance"), None);
    assert_eq!(ok("!Say x"), Some(Marked::Say('x')));
    assert_eq!(ok::<Marked>("!say x"), None);
    assert_eq!(ok::<Marked>("/Say x"), None);
}

#[test]
fn a_mistake_says_what_was_expected_and_how_to_write_it() {
    let cases = [
        (
            "/ban",
            "After /ban a user or chat: @username, a link or an id is missing. \
             Write it as: /ban <user> [for days]",
        ),
        (
            "/ban @bob soon",
            "The second argument of /ban must be a whole number, not below 0. \
             Write it as: /ban <user> [for days]",
        ),
        (
            "/ban two,words",
            "The first argument of /ban must be a user or chat: @username, a link or an id. \
             Write it as: /ban <user> [for days]",
        ),
        (
            "/ban @bob 1 2",
            "/ban takes 2 arguments only. Write it as: /ban <user> [for days]",
        ),
        (
            "/add 1 2 3 x",
            "The 4th argument of /add must be a whole number. \
             Write it as: /add <a whole number> [a whole number ...]",
        ),
        ("/help me", "/help takes no arguments. Write it as: /help"),
    ];
    for (text, told) in cases {
        assert_eq!(mistake(text).to_string(), told);
    }
    let secret = mistake("/ban @bob hunter2");
    assert!(!format!("{secret:?} {secret}").contains("hunter2"));
    assert_eq!((secret.command(), secret.argument()), ("/ban", 1));
    assert!(matches!(secret.mistake(), ArgError::Wrong { .. }));
}

#[test]
fn commands_describe_themselves() {
    let help = Cmd::help();
    let lines: Vec<&str> = help.lines().collect();
    assert_eq!(
        lines,
        [
            "/ban <user> [for days]: Bans somebody, for some days.",
            "/add <a whole number> [a whole number ...]: Adds numbers.",
            "/set <a text> <yes or no>: Switches something.",
            "/help",
        ]
    );
    assert_eq!(Marked::help(), "!Say <a single character>");
    assert_eq!(Cmd::list()[0].names, ["ban", "b"]);
    let menu = Cmd::bot_commands();
    let menu: Vec<_> = menu
        .iter()
        .map(|c| (&*c.command, &*c.description))
        .collect();
    assert_eq!(menu[0], ("ban", "Bans somebody, for some days."));
    assert_eq!(menu[3], ("help", "/help"));
    assert!(Marked::bot_commands().is_empty(), "no menu has capitals");
}

#[tokio::test]
async fn handlers_take_commands_and_their_mistakes() {
    let room = Room::enter().await;
    let cx = |text: &str| {
        let message = room.message(ALICE, |m| m.message = text.into());
        UpdateCx::new(room.client.clone(), Event::NewMessage(message))
    };
    let Command(command) = Command::<Cmd>::from_update(&cx("/help@me_myself"), &())
        .await
        .unwrap();
    assert_eq!(command, Cmd::Help);
    let refused = Command::<Cmd>::from_update(&cx("/help me"), &()).await;
    let Err(Reject::Fail(e)) = refused else {
        panic!("a mistake is a failure");
    };
    assert!(e.is::<CommandError>());
    type Tried = Result<Command<Cmd>, CommandError>;
    assert!(
        Tried::from_update(&cx("/help me"), &())
            .await
            .unwrap()
            .is_err()
    );
    for text in ["/dance", "help", "/help@other_bot"] {
        let skipped = Tried::from_update(&cx(text), &()).await;
        assert!(matches!(skipped, Err(Reject::Skip)), "{text}");
    }
    let link = DeepLink::from_update(&cx("/start ref_42"), &())
        .await
        .unwrap();
    assert_eq!(link.0, "ref_42");
    let none = DeepLink::from_update(&cx("/start"), &()).await;
    assert!(matches!(none, Err(Reject::Skip)));
}
