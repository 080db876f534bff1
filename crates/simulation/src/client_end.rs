//! What arrives at the client, and what it makes of it.

use heliogram_mtproto::{Event, FailReason, RequestId};

use crate::{
    Violation,
    traffic::{UPDATE, answer, number},
    world::{World, client_now},
};

impl World<'_> {
    pub(crate) fn arrive_at_client(&mut self, connection: u32, mut data: Vec<u8>) {
        if !self.up || connection != self.connection {
            return;
        }
        let now = client_now(&self.plan, self.now);
        if let Err(e) = self.client.handle_packet(now, &mut data) {
            self.tell(|| format!("client closes: {e}"));
            self.stats.rejected += 1;
            self.cut();
        }
    }

    pub(crate) fn client_event(&mut self, event: Event) -> Result<(), Violation> {
        self.tell(|| match &event {
            Event::Reply { id, result } => format!("reply to {} {}", id.get(), result.is_ok()),
            other => format!("{other:?}").chars().take(120).collect(),
        });
        match event {
            Event::Reply { id, result } => {
                let number = self.ended(id)?;
                match &result {
                    Ok(_) => self.stats.answered += 1,
                    Err(_) => self.stats.errors += 1,
                }
                if result != answer(number) {
                    return Err(Violation::new(format!(
                        "request {number} got another one's answer: {result:?}"
                    )));
                }
            }
            Event::Failed { id, reason } => {
                let number = self.ended(id)?;
                self.stats.may_have_run += 1;
                let forgets = self.plan.forgetful || self.stats.resets > 0;
                match reason {
                    FailReason::MayHaveRun if forgets => {}
                    FailReason::PredecessorFailed => {}
                    _ => {
                        return Err(Violation::new(format!("request {number} failed: {reason}")));
                    }
                }
            }
            Event::Update(data) => self.updated(&data)?,
            Event::SessionReset(_) => self.stats.resets += 1,
            Event::NewSession { .. } => self.stats.new_sessions += 1,
            Event::PeerDead => {
                self.stats.dead_peers += 1;
                self.cut();
            }
            Event::Gap => return Err(Violation::new("a gap")),
            _ => {}
        }
        Ok(())
    }

    fn updated(&mut self, data: &[u8]) -> Result<(), Violation> {
        self.stats.updates += 1;
        let Some(number) = number(UPDATE, data) else {
            return Err(Violation::new("an update nobody pushed"));
        };
        if let Some((_, delivered)) = self.pushed.get_mut(&number) {
            *delivered += 1;
            if *delivered > 1 {
                return Err(Violation::new(format!(
                    "update {number} came {delivered} times"
                )));
            }
        }
        Ok(())
    }

    fn ended(&mut self, id: RequestId) -> Result<u64, Violation> {
        let number = self.asked.remove(&id);
        let number = number.ok_or_else(|| Violation::new(format!("{id:?} ended twice")))?;
        self.runs.entry(number).or_default().1 += 1;
        Ok(number)
    }
}
