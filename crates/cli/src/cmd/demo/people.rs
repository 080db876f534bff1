//! Alice, Bob and a bot: who they are and how they log in.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use heliogram::{Authorization, Client, Servers, auth::Step, storage};
use heliogram_server::Server;

use super::story::Story;

/// Numbers of Telegram's test kind: at home at data centre 1 and 2, with codes to match.
const ALICE: (&str, &str) = ("9996610001", "11111");
const BOB: (&str, &str) = ("9996620002", "22222");
const PASSWORD: &str = "correct horse battery staple";

/// Where it plays.
pub(super) struct Stage<'a> {
    pub(super) server: &'a Server,
    folder: &'a Path,
}

/// Who plays.
pub(super) struct Cast {
    pub(super) alice: Client,
    pub(super) alice_again: Client,
    pub(super) bob: Client,
    pub(super) bob_id: i64,
    pub(super) bot: Client,
}

impl<'a> Stage<'a> {
    pub(super) fn new(server: &'a Server, folder: &'a Path) -> Self {
        Self { server, folder }
    }

    fn session(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.session"))
    }

    /// A client over TCP whose session is an SQLite file.
    async fn client(&self, name: &str) -> Result<Client> {
        let mut servers = Servers::custom().public_key(self.server.public_key_pem());
        for dc in self.server.dcs() {
            servers = servers.dc(dc.id, dc.address.ip().to_string(), dc.address.port());
        }
        Ok(Client::builder(1, "0123456789abcdef0123456789abcdef")
            .storage(storage::Sqlite::open(self.session(name)))
            .server(servers)
            .connect()
            .await?)
    }
}

impl Cast {
    /// All connections are closed in order.
    pub(super) async fn leave(self) -> Result<()> {
        for client in [self.alice, self.alice_again, self.bob, self.bot] {
            client.stop().await?;
        }
        Ok(())
    }
}

pub(super) async fn arrive(stage: &Stage<'_>, story: &mut Story<'_>) -> Result<Cast> {
    let alice = story
        .step(
            "alice signs up",
            |_| "Alice signs up with her phone number and the code".to_owned(),
            sign_up(stage, "alice", ALICE, "Alice"),
        )
        .await?;
    story
        .step(
            "alice sets a password",
            |()| "Alice protects her account with a password".to_owned(),
            async {
                alice
                    .set_password(None, Some(PASSWORD), "of a comic")
                    .await?;
                Ok(())
            },
        )
        .await?;
    let alice_again = story
        .step(
            "alice logs in again",
            |_| "a wrong password is refused, the right one logs Alice in a second time".to_owned(),
            second_login(stage),
        )
        .await?;
    let bob = story
        .step(
            "bob signs up",
            |_| "Bob signs up at the other data centre".to_owned(),
            async {
                let bob = sign_up(stage, "bob", BOB, "Bob").await?;
                let call =
                    heliogram::api::functions::account::UpdateUsername::new("bob_demo".into());
                bob.invoke(call).await?;
                Ok(bob)
            },
        )
        .await?;
    let bot = story
        .step(
            "the bot logs in",
            |_| "a bot logs in by its token".to_owned(),
            async {
                let bots = stage.server.bots();
                let (_, token) = bots.into_iter().next().context("there is no bot")?;
                let bot = stage.client("bot").await?;
                ensure!(bot.sign_in_bot(token).await?.is_bot(), "the bot is no bot");
                Ok(bot)
            },
        )
        .await?;
    let bob_id = bob.me().await?.id();
    Ok(Cast {
        alice,
        alice_again,
        bob,
        bob_id,
        bot,
    })
}

async fn sign_up(
    stage: &Stage<'_>,
    session: &str,
    (phone, code): (&str, &'static str),
    name: &str,
) -> Result<Client> {
    let client = stage.client(session).await?;
    ensure!(
        client.authorization() == Authorization::None,
        "a new session is logged in"
    );
    let me = client
        .sign_in(phone)
        .code(move || async move { Ok(code.to_owned()) })
        .sign_up(name, "")
        .await?;
    ensure!(
        me.first_name() == name,
        "the account is called {}",
        me.first_name()
    );
    Ok(client)
}

async fn second_login(stage: &Stage<'_>) -> Result<Client> {
    let client = stage.client("alice-again").await?;
    let token = client.send_code(ALICE.0).await?;
    let Step::Password(token) = token.submit(ALICE.1).await? else {
        bail!("no password was asked for");
    };
    match token.check("incorrect horse").await {
        Err(e) if e.is_wrong_secret() => {}
        Err(e) => return Err(e).context("a wrong password was refused in an odd way"),
        Ok(_) => bail!("a wrong password was accepted"),
    }
    let me = token.check(PASSWORD).await?;
    ensure!(
        me.first_name() == "Alice",
        "the password let someone else in"
    );
    Ok(client)
}
