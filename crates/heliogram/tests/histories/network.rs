//! What goes wrong between the reader and the server.

use std::time::Duration;

use heliogram_crypto::{Random, SeededRandom};
use heliogram_server::{Account, Direction, Fault, FaultId, Refusal, TestServer};

pub(crate) struct Network {
    faults: Vec<FaultId>,
    too_long: bool,
}

impl Network {
    /// Lets a few kinds of things go wrong, at random, for this account.
    pub(crate) fn worsen(
        server: &TestServer,
        account: &Account,
        seed: u64,
        random: &mut SeededRandom,
    ) -> Self {
        let down = Direction::ToClient;
        let mut kinds = vec![
            Fault::lose_update().chance(0.2),
            Fault::gap_update(1).chance(0.2),
            Fault::gap_update(3).chance(0.1),
            Fault::repeat_update(1).chance(0.2),
            Fault::repeat_update(3).chance(0.2),
            Fault::duplicate(down, 2).chance(0.2),
            Fault::reorder(down, 2).chance(0.1),
            Fault::delay(down, Duration::from_millis(150)).chance(0.1),
            Fault::drop_packet(down).chance(0.03),
            Fault::drop_packet(Direction::FromClient).chance(0.03),
            Fault::cut_on_packet().chance(0.03),
            Fault::new_session().chance(0.03),
            Fault::cut_after()
                .method("updates.getDifference")
                .chance(0.2),
            Fault::cut_before()
                .method("updates.getChannelDifference")
                .chance(0.2),
            refused("updates.getDifference"),
            refused("updates.getChannelDifference"),
        ];
        let mut faults = Vec::new();
        for _ in 0..1 + random.u64() % 4 {
            let at = random.u64() as usize % kinds.len();
            faults.push(kinds.swap_remove(at));
        }
        let too_long = random.u64().is_multiple_of(12);
        if too_long {
            faults.push(Fault::difference_too_long().chance(0.3));
        }
        let add = |fault: Fault| {
            let fault = fault.always().seed(seed).account(account);
            server.faults().add(fault).unwrap()
        };
        Self {
            faults: faults.into_iter().map(add).collect(),
            too_long,
        }
    }

    /// Whether the server may skip over what happened.
    pub(crate) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// From now on everything works.
    pub(crate) fn mend(self, server: &TestServer) {
        for fault in self.faults {
            server.faults().remove(fault);
        }
    }
}

fn refused(method: &str) -> Fault {
    Fault::refuse(Refusal::new(500, "INTERNAL"))
        .method(method)
        .chance(0.3)
}
