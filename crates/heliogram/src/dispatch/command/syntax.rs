use super::CommandArgs;
use crate::{
    Client, Filter, Message, PeerId, PeerLike, Result, dispatch::filter::commands::Commands,
};

/// How commands are written: the marks before them, and whether case matters.
///
/// By default a command begins with `/`, and case does not matter. A command with the name of
/// another bot (`/help@otherbot`) is none.
///
/// ```
/// use heliogram::dispatch::CommandSyntax;
///
/// let syntax = CommandSyntax::new().prefixes(["!", "."]);
/// let ban = syntax.command(["ban", "b"]);
/// let args = syntax.read("!Ban @someone \"for spam\"").unwrap();
/// assert!(syntax.same("ban", args.name()));
/// assert_eq!(args.get(1), Some("for spam"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandSyntax {
    prefixes: Vec<String>,
    case_sensitive: bool,
}

impl Default for CommandSyntax {
    fn default() -> Self {
        Self {
            prefixes: vec!["/".to_owned()],
            case_sensitive: false,
        }
    }
}

impl CommandSyntax {
    /// The usual one: `/name`, in any case.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The marks that a command begins with, one of them, in place of `/`. An empty one makes a
    /// command of every first word.
    #[must_use]
    pub fn prefixes<P: Into<String>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.prefixes = prefixes.into_iter().map(Into::into).collect();
        // Of `!` and `!!` the longer one is meant where it fits.
        self.prefixes.sort_by_key(|p| std::cmp::Reverse(p.len()));
        self
    }

    /// Tells `/Help` and `/help` apart.
    #[must_use]
    pub fn case_sensitive(mut self) -> Self {
        self.case_sensitive = true;
        self
    }

    /// The mark to show in help texts.
    pub(super) fn main_prefix(&self) -> &str {
        self.prefixes.last().map_or("", |p| p)
    }

    /// The filter for commands with these names, written like this; see
    /// [`filter::command`](crate::filter::command).
    pub fn command<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) -> Filter {
        Filter::new(Commands {
            syntax: self.clone(),
            names: names.into_iter().map(Into::into).collect(),
        })
    }

    /// Reads a command; `None` if the text is none. Whom it is for is left to the caller: see
    /// [`CommandArgs::bot`].
    #[must_use]
    pub fn read(&self, text: &str) -> Option<CommandArgs> {
        let (prefix, rest) = self
            .prefixes
            .iter()
            .find_map(|p| text.strip_prefix(p.as_str()).map(|rest| (p.as_str(), rest)))?;
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        let (name, bot) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot)),
            None => (head, None),
        };
        (!name.is_empty()).then(|| CommandArgs::new(prefix, name, bot, tail.trim()))
    }

    /// Reads a message that is a command for this account.
    #[must_use]
    pub fn read_message(&self, message: &Message) -> Option<CommandArgs> {
        let args = self.read(message.text())?;
        let ours = match args.bot() {
            Some(bot) => is_own_name(message.client(), bot),
            None => true,
        };
        ours.then_some(args)
    }

    /// Whether two names are of the same command.
    #[must_use]
    pub fn same(&self, one: &str, other: &str) -> bool {
        one == other || !self.case_sensitive && lower(one).eq(lower(other))
    }

    /// Makes sure that the account's own username is known.
    pub(crate) async fn learn_own_name(client: &Client) -> Result<()> {
        let me = client.self_id().and_then(PeerId::user);
        if me.is_some_and(|me| client.peers().chat(me).is_none()) {
            client.find_chat(&PeerLike::me()).await?;
        }
        Ok(())
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn is_own_name(client: &Client, name: &str) -> bool {
    let me = client.self_id().and_then(PeerId::user);
    let me = me.and_then(|me| client.peers().chat(me));
    me.is_some_and(|me| me.usernames().any(|own| own.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_text() {
        let read = |text| CommandSyntax::new().read(text).map(|a| a.name().to_owned());
        assert_eq!(read("/start").as_deref(), Some("start"));
        assert_eq!(read("/start\nnow").as_deref(), Some("start"));
        assert_eq!(read("/start@bot now").as_deref(), Some("start"));
        for text in [
            "",
            "/",
            "/ start",
            "/@bot",
            "start",
            " /start",
            "see /start",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_longest_mark_is_meant() {
        let syntax = CommandSyntax::new().prefixes(["!", "!!", "->"]);
        let read = |text| {
            let args = syntax.read(text)?;
            Some((args.prefix().to_owned(), args.name().to_owned()))
        };
        let pair = |p: &str, n: &str| Some((p.to_owned(), n.to_owned()));
        assert_eq!(read("!x"), pair("!", "x"));
        assert_eq!(read("!!x"), pair("!!", "x"));
        assert_eq!(read("->x"), pair("->", "x"));
        assert_eq!(read("/x"), None);
    }

    #[test]
    fn case_matters_on_request() {
        let usual = CommandSyntax::new();
        assert!(usual.same("HELP", "help") && usual.same("ПОМОЩЬ", "помощь"));
        let strict = CommandSyntax::new().case_sensitive();
        assert!(strict.same("help", "help") && !strict.same("Help", "help"));
    }
}
