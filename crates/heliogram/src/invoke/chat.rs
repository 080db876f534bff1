//! Which chat a call is about, told from its encoded form.

use heliogram_tl::reflect::{Event, Expected, Flow, Visitor, walk};

use super::RawCall;

/// A number that tells one chat from others; never 0.
///
/// `None` for calls that are about no chat, or not about one.
pub(super) fn of(call: &RawCall) -> Option<u64> {
    let mut search = Search::default();
    // What cannot be read to its end may still have told its chat; the server judges the rest.
    let _ = walk(
        heliogram_api::table(),
        &call.body,
        Expected::Any,
        &mut search,
    );
    search.found
}

/// The first peer among the fields of a function.
#[derive(Default)]
struct Search {
    depth: u32,
    /// Which kind of id comes next, if one does.
    id: Option<u64>,
    found: Option<u64>,
}

impl Search {
    fn field(&mut self, name: &str) -> Flow {
        match (self.depth, name) {
            (1, "peer" | "to_peer" | "channel") if self.found.is_none() => return Flow::Go,
            (2, "user_id") => self.id = Some(1),
            (2, "chat_id") => self.id = Some(2),
            (2, "channel_id") => self.id = Some(3),
            _ => return Flow::Skip,
        }
        Flow::Go
    }
}

impl<'t, 'b> Visitor<'t, 'b> for Search {
    fn event(&mut self, event: Event<'t, 'b>) -> Flow {
        match event {
            Event::Open(def) => {
                self.depth += 1;
                // The one peer without an id is the account itself.
                if self.depth == 2 && matches!(def.name(), "inputPeerSelf" | "inputUserSelf") {
                    self.found = Some(4);
                }
            }
            Event::Close(_) => self.depth = self.depth.saturating_sub(1),
            Event::Field(_, field) => return self.field(field.name),
            Event::Long(id) => {
                if let Some(kind) = self.id.take() {
                    self.found = Some((id as u64) << 3 | kind);
                }
            }
            _ => {}
        }
        Flow::Go
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::{enums, functions as f, types};

    use super::*;

    fn user(id: i64) -> enums::InputPeer {
        types::InputPeerUser::new(id, 77).into()
    }

    fn send(peer: enums::InputPeer) -> Option<u64> {
        of(&RawCall::of(&f::messages::SendMessage::new(
            peer,
            "x".into(),
            1,
        )))
    }

    #[test]
    fn the_chat_of_a_call_is_told_from_others() {
        let channel = |id| types::InputPeerChannel::new(id, 5).into();
        let chat = |id| types::InputPeerChat::new(id).into();
        let all = [
            send(user(7)),
            send(user(8)),
            send(chat(7)),
            send(channel(7)),
            send(enums::InputPeer::InputPeerSelf),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert!(
            all.iter().all(Option::is_some) && different.len() == all.len(),
            "{all:?}"
        );
        // However the peer is named, and whatever the method.
        let from = types::InputPeerUserFromMessage::new(Box::new(channel(9)), 4, 7);
        assert_eq!(send(from.into()), send(user(7)));
        let read = f::messages::ReadHistory::new(user(7), 0);
        assert_eq!(of(&RawCall::of(&read)), send(user(7)));
        let to = f::messages::ForwardMessages::new(user(8), vec![1], vec![2], user(7));
        assert_eq!(of(&RawCall::of(&to)), send(user(7)));
    }

    #[test]
    fn calls_about_no_chat_and_nonsense_have_none() {
        assert_eq!(of(&RawCall::of(&f::help::GetConfig {})), None);
        assert_eq!(of(&RawCall::new("x", vec![1, 2, 3].into())), None);
        assert_eq!(of(&RawCall::new("x", vec![0xff; 64].into())), None);
    }
}
