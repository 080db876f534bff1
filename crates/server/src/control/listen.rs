use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use heliogram_crypto::hash::equal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::answer::Answer;
use super::http::Request;
use super::routes;
use crate::server::StartError;
use crate::shared::Shared;

/// Requests answered at once; further ones wait.
const REQUESTS_MAX: usize = 32;
/// How long a client may take to send its request, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters of a token.
const TOKEN_LEN: usize = 43;

/// Where a server is controlled, and what it takes.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlPoint {
    /// The address, such as `http://127.0.0.1:4480`.
    pub url: String,
    /// The token every request has to carry, as `Authorization: Bearer TOKEN`.
    pub token: String,
}

impl fmt::Debug for ControlPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlPoint")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A control API that is up; it ends with this value.
pub(crate) struct Control {
    pub(crate) point: ControlPoint,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so; there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Opens the control API of a server at this address, on a thread of its own.
pub(crate) fn open(shared: &Arc<Shared>, address: SocketAddr) -> Result<Control, StartError> {
    let failed = |error: std::io::Error| {
        let what = format!("cannot listen on {address} for control: {error}");
        StartError::Listen(std::io::Error::new(error.kind(), what))
    };
    let socket = std::net::TcpListener::bind(address).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::Thread)?;
    let token = shared.world().random_text(TOKEN_LEN);
    let (stop, stopped) = watch::channel(false);
    let desk = Arc::new(Desk {
        shared: Arc::clone(shared),
        port: bound.port(),
        token: token.clone(),
        room: Arc::new(Semaphore::new(REQUESTS_MAX)),
    });
    let thread = std::thread::Builder::new()
        .name("heliogram-control".to_owned())
        .spawn(move || runtime.block_on(desk.run(socket, stopped)))
        .map_err(StartError::Thread)?;
    Ok(Control {
        point: ControlPoint {
            url: format!("http://{bound}"),
            token,
        },
        stop,
        thread: Some(thread),
    })
}

/// Where requests are answered.
struct Desk {
    shared: Arc<Shared>,
    port: u16,
    token: String,
    room: Arc<Semaphore>,
}

impl Desk {
    async fn run(self: Arc<Self>, socket: std::net::TcpListener, mut stop: watch::Receiver<bool>) {
        let socket = match TcpListener::from_std(socket) {
            Ok(socket) => socket,
            Err(error) => return self.trouble(&error),
        };
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&socket) => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, room)) => {
                    let desk = Arc::clone(&self);
                    tokio::spawn(async move {
                        // Given back however answering ends.
                        let _room = room;
                        desk.serve(stream).await;
                    });
                }
                Err(error) => {
                    self.trouble(&error);
                    // Out of file descriptors, most likely: some will be given back.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    /// The next connection, once there is room for it.
    async fn accept(
        &self,
        socket: &TcpListener,
    ) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let room = Arc::clone(&self.room).acquire_owned().await;
        let room = room.map_err(std::io::Error::other)?;
        let (stream, _) = socket.accept().await?;
        Ok((stream, room))
    }

    /// Answers one request.
    async fn serve(&self, mut stream: TcpStream) {
        let answer = match tokio::time::timeout(PATIENCE, Request::read(&mut stream)).await {
            Ok(Ok(request)) => self.answer(&request),
            Ok(Err(refused)) => refused,
            Err(_) => Answer::refused(408, "TOO_SLOW", "the request took longer than 10 seconds"),
        };
        let sent = async {
            stream.write_all(&answer.to_bytes()).await?;
            stream.shutdown().await?;
            // What is left unread would break the connection before the answer is read.
            let mut rest = [0; 4096];
            while stream.read(&mut rest).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        // A client that does not wait for its answer does without.
        let _ = tokio::time::timeout(PATIENCE, sent).await;
    }

    fn answer(&self, request: &Request) -> Answer {
        match self.check(request) {
            Ok(()) => routes::answer(&self.shared, request),
            Err(refused) => refused,
        }
    }

    /// Whether whoever asks may.
    fn check(&self, request: &Request) -> Result<(), Answer> {
        request.check_host(self.port)?;
        let given = request.authorization.split_once(' ');
        let (scheme, token) = given.unwrap_or_default();
        let right = equal(token.trim().as_bytes(), self.token.as_bytes());
        if right && scheme.eq_ignore_ascii_case("bearer") {
            return Ok(());
        }
        Err(Answer::refused(
            401,
            "WRONG_TOKEN",
            "send the token the server showed at its start as `Authorization: Bearer TOKEN`",
        ))
    }

    fn trouble(&self, error: &std::io::Error) {
        let what = format!("a control connection could not be taken: {error}");
        self.shared.tell(crate::Event::Trouble { what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn room_is_given_back_however_answering_ends() {
        let desk = Desk {
            shared: crate::Server::builder().shared().unwrap(),
            port: 1,
            token: String::new(),
            room: Arc::new(Semaphore::new(1)),
        };
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let client = TcpStream::connect(socket.local_addr().unwrap());
        let (_client, taken) = tokio::join!(client, desk.accept(&socket));
        let (_, room) = taken.unwrap();
        assert_eq!(desk.room.available_permits(), 0);
        let task = tokio::spawn(async move {
            let _room = room;
            std::panic::resume_unwind(Box::new("a mistake of the server's"));
        });
        assert!(task.await.unwrap_err().is_panic());
        assert_eq!(desk.room.available_permits(), 1);
    }
}
