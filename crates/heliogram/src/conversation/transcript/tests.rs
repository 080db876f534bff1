use super::*;

/// A message: its id, and what it replies to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said(i32, Option<i32>);

impl Line for Said {
    fn number(&self) -> i32 {
        self.0
    }

    fn replied(&self) -> Option<i32> {
        self.1
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

fn transcript(limit: usize, shared: bool, heard: &[Said]) -> Transcript<Said> {
    let mut transcript = Transcript::new(limit, shared);
    for said in heard {
        assert!(transcript.hear(*said, Receipt::default()));
    }
    transcript
}

const HI: Said = Said(2, Some(1));
const HOW: Said = Said(3, Some(1));

#[test]
fn replies_are_responses_or_counted_apart() {
    let mut one = transcript(9, true, &[HI, HOW]);
    assert_eq!(
        (one.take_response(1), one.take_reply(1)),
        (Some(HI), Some(HOW))
    );
    let mut two = transcript(9, false, &[HI, HOW]);
    assert_eq!(
        (two.take_response(1), two.take_reply(1)),
        (Some(HI), Some(HI))
    );
}

#[test]
fn what_a_search_for_replies_passes_over_is_a_response_still() {
    let plain = Said(2, None);
    let mut t = transcript(9, true, &[plain, HOW]);
    assert_eq!(t.take_reply(1), Some(HOW));
    assert_eq!(t.take_response(1), Some(plain));
    assert_eq!(t.take_response(1), None);
}

#[test]
fn responses_are_later_than_what_they_respond_to_and_each_target_has_its_own() {
    let mut t = transcript(9, true, &[Said(2, None), Said(4, None)]);
    assert_eq!(t.take_response(3), Some(Said(4, None)));
    assert_eq!(t.take_response(3), None);
    assert_eq!(t.take_response(1), Some(Said(2, None)));
    assert_eq!(t.take_response(1), Some(Said(4, None)));
    assert_eq!(t.take_next(), None);
}

#[test]
fn what_was_handed_out_makes_room_and_what_was_not_is_never_dropped() {
    let mut t = transcript(2, true, &[Said(1, None), Said(2, None)]);
    assert!(!t.hear(Said(3, None), Receipt::default()));
    assert_eq!(t.take_next(), Some(Said(1, None)));
    assert!(t.hear(Said(3, None), Receipt::default()));
    assert!(!t.hear(Said(4, None), Receipt::default()));
    assert_eq!(t.take_next(), Some(Said(2, None)));
    assert_eq!(t.take_next(), Some(Said(3, None)));
    assert_eq!((t.take_next(), t.last_heard()), (None, 3));
}

#[test]
fn what_is_left_over_is_what_came_after_all_that_was_handed_out() {
    let heard = [1, 2, 3, 4].map(|id| Said(id, None));
    let mut t = transcript(4, true, &heard);
    assert_eq!(t.take_response(1), Some(Said(2, None)));
    assert!(
        t.hear(Said(5, None), Receipt::default()),
        "in the room of 2"
    );
    let left = [3, 4, 5].map(|id| Left::Message(Said(id, None)));
    assert_eq!(left_over(&mut t), left);
    assert_eq!((left_over(&mut t), t.take_next()), (vec![], None));
}

/// What is left over, without receipts.
fn left_over(transcript: &mut Transcript<Said>) -> Vec<Left<Said>> {
    let left = transcript.leftover().into_iter();
    left.map(|(what, _)| what).collect()
}

#[test]
fn edits_are_left_over_if_they_came_after_all_that_was_handed_out() {
    let mut t = transcript(4, true, &[Said(1, None)]);
    t.hear_edit(Said(1, Some(0)), Receipt::default());
    assert!(t.hear(Said(2, None), Receipt::default()));
    t.hear_edit(Said(2, Some(0)), Receipt::default());
    assert!(t.hear(Said(3, None), Receipt::default()));
    assert_eq!(t.take_response(1), Some(Said(2, None)));
    let left = [Left::Edit(Said(2, Some(0))), Left::Message(Said(3, None))];
    assert_eq!(left_over(&mut t), left);
    // An edit that is asked for passes over edits, and no message.
    let mut t = transcript(4, true, &[Said(1, None)]);
    t.hear_edit(Said(1, Some(0)), Receipt::default());
    t.hear_edit(Said(1, Some(9)), Receipt::default());
    assert_eq!(t.take_edit(EditOf::After(0)), Some(Said(1, Some(0))));
    let left = [Left::Message(Said(1, None)), Left::Edit(Said(1, Some(9)))];
    assert_eq!(left_over(&mut t), left);
}

#[test]
fn what_comes_again_is_known_in_the_form_it_has_by_then() {
    let (first, changed) = (Said(1, None), Said(1, Some(0)));
    let mut t = transcript(4, true, &[first]);
    assert!(t.hear(changed, Receipt::default()));
    assert_eq!((t.take_next(), t.take_next()), (Some(changed), None));
    // Once it was handed out it is no news, unless it has changed.
    assert!(t.hear(changed, Receipt::default()));
    assert_eq!((t.take_next(), t.take_edit(EditOf::After(0))), (None, None));
    assert!(t.hear(first, Receipt::default()) && t.hear(first, Receipt::default()));
    assert_eq!(
        (t.take_next(), t.take_edit(EditOf::After(0))),
        (None, Some(first))
    );
    assert_eq!(left_over(&mut t), []);
}

#[test]
fn a_conversation_without_end_needs_bounded_memory() {
    let mut t = Transcript::new(4, false);
    for id in 0..1000 {
        t.sent(2 * id);
        assert!(t.hear(Said(2 * id + 1, Some(2 * id)), Receipt::default()));
        t.hear_edit(Said(id % 9, None), Receipt::default());
        assert!(t.take_response(2 * id).is_some() && t.take_reply(2 * id).is_some());
    }
    let kept = t.heard.len() + t.edits.len() + t.responses.0.len() + t.replies.0.len();
    assert!(kept <= 16, "{kept}");
}

#[test]
fn edits_come_in_order_and_each_once() {
    let mut t = transcript(2, true, &[]);
    for said in [Said(5, None), Said(6, None), Said(5, Some(0))] {
        t.hear_edit(said, Receipt::default());
    }
    // There was room for two: the newer edit of 5 took the place of the older.
    assert_eq!(t.take_edit(EditOf::Message(5)), Some(Said(5, Some(0))));
    assert_eq!(t.take_edit(EditOf::Message(5)), None);
    assert_eq!(t.take_edit(EditOf::After(6)), None);
    assert_eq!(t.take_edit(EditOf::After(5)), Some(Said(6, None)));
    assert_eq!(t.take_edit(EditOf::After(0)), None);
}

#[test]
fn reading_never_goes_back() {
    let mut t = transcript(1, true, &[]);
    t.hear_read(7);
    t.hear_read(3);
    assert!(t.is_read(7) && !t.is_read(8));
}

#[test]
fn edits_of_earlier_messages_are_left_over_whatever_was_handed_out() {
    let mut t = transcript(4, true, &[Said(5, None)]);
    for earlier in [2, 3, 4] {
        t.hear_edit(Said(earlier, Some(0)), Receipt::default());
    }
    t.hear_edit(Said(5, Some(0)), Receipt::default());
    assert_eq!(t.take_edit(EditOf::Message(3)), Some(Said(3, Some(0))));
    assert!(t.hear(Said(6, None), Receipt::default()));
    assert_eq!(t.take_response(5), Some(Said(6, None)));
    let left = [2, 4].map(|id| Left::Edit(Said(id, Some(0))));
    assert_eq!(left_over(&mut t), left);
}

#[test]
fn edits_without_room_are_given_to_others_and_not_lost() {
    let mut t = transcript(2, true, &[]);
    for id in [1, 2, 2, 3, 4] {
        t.hear_edit(Said(id, Some(id)), Receipt::default());
        t.hear_edit(Said(id, Some(0)), Receipt::default());
    }
    let spilled = t.take_spilled().into_iter();
    let spilled: Vec<_> = spilled.map(|(what, _)| what).collect();
    let those = [(1, 1), (1, 0), (2, 0)].map(|(id, text)| Left::Edit(Said(id, Some(text))));
    assert_eq!(spilled, those);
    let left = [3, 4].map(|id| Left::Edit(Said(id, Some(0))));
    assert_eq!(left_over(&mut t), left);
}
