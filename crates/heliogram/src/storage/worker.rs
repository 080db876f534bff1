//! A thread of its own for a backend that blocks.
//!
//! One thread does everything, in the order in which it was asked, so that a backend needs no
//! locks. Batches that wait at the same time are written together: the disk is waited for once.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use tokio::sync::{mpsc, oneshot};

use super::{Batch, Error, Op, PeerIndex, PeerRow, Rows, Table};

/// How many calls may wait before callers are held up.
const QUEUE: usize = 64;
/// How many batches are written together at most.
const GROUP: usize = 32;

/// A backend that blocks.
pub(super) trait Engine: Sized + Send + 'static {
    /// Opens the session at a resolved path, or creates it.
    fn open(path: &Path) -> Result<Self, Error>;
    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;
    fn scan(&mut self, table: Table) -> Result<Rows, Error>;
    fn find_peer(&mut self, by: PeerIndex<'_>) -> Result<Option<PeerRow>, Error>;
    /// Carries out all changes durably, or none.
    fn apply(&mut self, ops: &[Op]) -> Result<(), Error>;
}

type Read<E> = Box<dyn FnOnce(Result<&mut E, Error>) + Send>;
type Written = oneshot::Sender<Result<(), Error>>;

enum Job<E> {
    Read(Read<E>),
    Apply(Vec<Op>, Written),
    Close(oneshot::Sender<()>),
}

/// The handle of the thread, which is started by the first call.
pub(super) struct Worker<E> {
    path: PathBuf,
    thread: Mutex<Option<Thread<E>>>,
}

struct Thread<E> {
    jobs: mpsc::Sender<Job<E>>,
    handle: JoinHandle<()>,
}

impl<E: Engine> Worker<E> {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            thread: Mutex::new(None),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut E) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Read(Box::new(move |engine: Result<&mut E, Error>| {
            // Who asked may have gone.
            let _ = answer.send(engine.and_then(f));
        }));
        self.send(job).await?;
        answered.await.map_err(|_| gone())?
    }

    pub(super) async fn apply(&self, batch: Batch) -> Result<(), Error> {
        let ops = batch.into_ops()?;
        let (answer, answered) = oneshot::channel();
        self.send(Job::Apply(ops, answer)).await?;
        answered.await.map_err(|_| gone())?
    }

    /// Closes the backend after all that was asked for before; the next call opens it again.
    pub(super) async fn close(&self) -> Result<(), Error> {
        let jobs = self.lock().as_ref().map(|thread| thread.jobs.clone());
        let Some(jobs) = jobs else { return Ok(()) };
        let (answer, answered) = oneshot::channel();
        let closing = jobs.send(Job::Close(answer)).await;
        closing.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }

    async fn send(&self, job: Job<E>) -> Result<(), Error> {
        let jobs = self.jobs()?;
        jobs.send(job).await.map_err(|_| gone())
    }

    fn jobs(&self) -> Result<mpsc::Sender<Job<E>>, Error> {
        let mut thread = self.lock();
        if let Some(thread) = &*thread {
            return Ok(thread.jobs.clone());
        }
        let (jobs, queue) = mpsc::channel(QUEUE);
        let path = self.path.clone();
        let handle = std::thread::Builder::new()
            .name("heliogram-storage".into())
            .spawn(move || serve(&path, queue))
            .map_err(|e| Error::io(&self.path, "start a thread for", e))?;
        *thread = Some(Thread {
            jobs: jobs.clone(),
            handle,
        });
        Ok(jobs)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Thread<E>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> Drop for Worker<E> {
    fn drop(&mut self) {
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Thread { jobs, handle }) = thread {
            drop(jobs);
            // Waits for what is being written, so that the session can be opened again at once.
            let _ = handle.join();
        }
    }
}

fn gone() -> Error {
    Error::backend("its thread has ended; open the session again")
}

/// Does the jobs until the last handle is gone. A failed opening is tried again by the next job.
fn serve<E: Engine>(path: &Path, mut queue: mpsc::Receiver<Job<E>>) {
    let mut engine: Option<E> = None;
    let mut next = None;
    while let Some(job) = next.take().or_else(|| queue.blocking_recv()) {
        match job {
            Job::Close(answer) => {
                engine = None;
                // Who asked may have gone.
                let _ = answer.send(());
            }
            Job::Read(read) => read(opened(&mut engine, path)),
            Job::Apply(ops, answer) => match opened(&mut engine, path) {
                Err(e) => drop(answer.send(Err(e))),
                Ok(engine) => {
                    let mut group = vec![(ops, answer)];
                    while group.len() < GROUP {
                        match queue.try_recv() {
                            Ok(Job::Apply(ops, answer)) => group.push((ops, answer)),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    write(engine, group);
                }
            },
        }
    }
}

fn opened<'a, E: Engine>(engine: &'a mut Option<E>, path: &Path) -> Result<&'a mut E, Error> {
    match engine {
        Some(engine) => Ok(engine),
        None => Ok(engine.insert(super::path::resolve(path).and_then(|p| E::open(&p))?)),
    }
}

/// Writes batches together; if that fails, one by one, so that each gets an answer of its own.
fn write<E: Engine>(engine: &mut E, group: Vec<(Vec<Op>, Written)>) {
    if group.len() > 1 {
        let all: Vec<Op> = group
            .iter()
            .flat_map(|(ops, _)| ops.iter().cloned())
            .collect();
        if engine.apply(&all).is_ok() {
            for (_, answer) in group {
                let _ = answer.send(Ok(()));
            }
            return;
        }
    }
    for (ops, answer) in group {
        let _ = answer.send(engine.apply(&ops));
    }
}
