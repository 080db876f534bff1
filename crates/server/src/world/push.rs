use heliogram_api::{enums, types};

use super::{Actor, Logged, Origin, Place, World, is_channel};

/// Something the sessions of an account, or of everybody in a group or channel, should hear of.
pub(crate) struct Push {
    /// The account, or the group or channel by its dialog id.
    pub(crate) to: i64,
    /// Who did it.
    pub(crate) by: i64,
    /// The session that knows already.
    pub(crate) except: Option<Origin>,
    pub(crate) told: Told,
}

/// What is told. What goes to many is put into words for each of them, when somebody listens.
pub(crate) enum Told {
    /// Words for this one account.
    Words(enums::Updates),
    /// A step of a box: the account's own, or the channel's.
    Step(Logged),
    /// One thing, with the accounts and chats it mentions.
    One(enums::Update, Vec<i64>),
    /// Other reactions are on a message of the box.
    Reactions(i32),
    /// The poll of a message of the box stands otherwise.
    Poll(i32),
    /// One small thing for everybody but the account that did it.
    Others(enums::Update),
    /// The commands of a bot, which are not the same for everybody.
    Commands(i64),
}

impl World {
    /// Tells every session of an account, except the one that caused it if it is that account's.
    pub(crate) fn push(&mut self, to: i64, by: Actor, updates: enums::Updates) {
        self.tell(to, by, Told::Words(updates));
    }

    /// Tells everybody in a group or channel, except the session that caused it.
    pub(crate) fn push_all(&mut self, chat: i64, by: Actor, told: Told) {
        self.tell(chat, by, told);
    }

    /// Tells an account, or everybody in a group or channel.
    pub(crate) fn tell(&mut self, to: i64, by: Actor, told: Told) {
        let except = by.origin.filter(|_| to == by.user || to < 0);
        self.out.push(Push {
            to,
            by: by.user,
            except,
            told,
        });
    }

    /// What is told, in the words of one who hears it.
    pub(crate) fn words(&self, viewer: i64, owner: i64, told: &Told) -> enums::Updates {
        match told {
            Told::Words(updates) => updates.clone(),
            Told::Step(step) => self.step_words(viewer, owner, step),
            Told::One(update, about) => self.updates_in(viewer, owner, update.clone(), about),
            Told::Reactions(id) => {
                let place = Place { owner, id: *id };
                let told = self.reactions_update(viewer, place);
                let (updates, about) =
                    told.map_or_else(Default::default, |(update, about)| (vec![update], about));
                self.updates(viewer, updates, &about)
            }
            Told::Poll(id) => {
                let told = self.poll_update(viewer, Place { owner, id: *id }, None);
                let (updates, about) =
                    told.map_or_else(Default::default, |(update, about)| (vec![update], about));
                self.updates(viewer, updates, &about)
            }
            Told::Commands(bot) => self.commands_update(viewer, owner, *bot),
            Told::Others(update) => types::UpdateShort::new(update.clone(), self.now()).into(),
        }
    }

    /// Tells an account one thing, with the accounts it mentions.
    pub(crate) fn push_one(&mut self, to: i64, by: Actor, update: enums::Update, about: &[i64]) {
        let updates = self.updates(to, vec![update], about);
        self.push(to, by, updates);
    }

    /// What happened in a box, with the accounts and chats it mentions: in the box of a channel
    /// strangers are told of in short.
    pub(crate) fn updates_in(
        &self,
        viewer: i64,
        owner: i64,
        update: enums::Update,
        about: &[i64],
    ) -> enums::Updates {
        let about = about.iter().copied();
        let cast = match is_channel(owner) {
            true => self.cast_in(viewer, owner, about),
            false => self.cast(viewer, about),
        };
        let date = self.now();
        types::Updates::new(vec![update], cast.users, cast.chats, date, 0).into()
    }

    /// Updates with the accounts and chats they mention, as `viewer` sees them.
    pub(crate) fn updates(
        &self,
        viewer: i64,
        updates: Vec<enums::Update>,
        about: &[i64],
    ) -> enums::Updates {
        let cast = self.cast(viewer, about.iter().copied());
        let date = self.now();
        // Sequence 0: what happens in a box is ordered by its pts alone.
        types::Updates::new(updates, cast.users, cast.chats, date, 0).into()
    }

    /// A small update without accounts, such as somebody typing.
    pub(crate) fn push_short(&mut self, to: i64, by: Actor, update: enums::Update) {
        let short = types::UpdateShort::new(update, self.now());
        self.push(to, by, short.into());
    }
}
