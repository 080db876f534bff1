//! A byte stream in the binary messages of a WebSocket, whose boundaries carry no meaning.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures_core::Stream as _;
use futures_sink::Sink as _;
use heliogram_crypto::RandomExt as _;
use heliogram_mtproto::{framing::MAX_FRAME, http::Upgrade};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_websockets::{ClientBuilder, Error, Limits, Message, WebSocketStream};

use crate::{net::wire::Stream, random};

/// Bytes asked of the server at once while the WebSocket opens.
const READ: usize = 4096;
/// Longest message taken, in bytes; a server may put several packets into one.
const MESSAGE_MAX: usize = 2 * MAX_FRAME;

/// Opens a WebSocket to a server.
pub(super) async fn open<S: Stream + 'static>(
    mut stream: S,
    (host, port): (&str, u16),
    path: &str,
) -> io::Result<Box<dyn Stream>> {
    let key = random::generator()?.array();
    let refused = |e| io::Error::new(io::ErrorKind::InvalidData, e);
    // The library's own opening trusts the length of what a server says.
    let (mut upgrade, request) = Upgrade::start(host, port, path, key).map_err(refused)?;
    stream.write_all(&request).await?;
    stream.flush().await?;
    let mut input = [0; READ];
    loop {
        let len = stream.read(&mut input).await?;
        if len == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let came = input.get(..len).unwrap_or_default();
        if upgrade.receive(came).map_err(refused)? {
            break;
        }
    }
    let limits = Limits::default().max_payload_len(Some(MESSAGE_MAX));
    let socket = ClientBuilder::new().limits(limits).take_over(stream);
    Ok(Box::new(Socket {
        socket,
        rest: Bytes::new(),
    }))
}

/// A WebSocket as a byte stream.
struct Socket<S> {
    socket: WebSocketStream<S>,
    /// What was not read yet of the message that came last.
    rest: Bytes,
}

impl<S: Stream> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(message)) if message.is_binary() => {
                    self.rest = message.into_payload().into();
                }
                Some(Ok(message)) if message.is_text() => {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a WebSocket message of text",
                    )));
                }
                // Pings are answered by the library; an error of the transport comes as a frame
                // before the server closes.
                Some(Ok(_)) => {}
                Some(Err(e)) => return Poll::Ready(Err(error(e))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let len = self.rest.len().min(buf.remaining());
        buf.put_slice(self.rest.get(..len).unwrap_or_default());
        self.rest.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl<S: Stream> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(error)?;
        let message = Message::binary(Bytes::copy_from_slice(buf));
        Pin::new(&mut self.socket)
            .start_send(message)
            .map_err(error)?;
        // What does not leave now leaves when the socket is read from or written to again.
        if let Poll::Ready(Err(e)) = Pin::new(&mut self.socket).poll_flush(cx) {
            return Poll::Ready(Err(error(e)));
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(error)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.socket).poll_close(cx)) {
            Ok(()) | Err(Error::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(e) => Poll::Ready(Err(error(e))),
        }
    }
}

fn error(e: Error) -> io::Error {
    match e {
        Error::Io(e) => e,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    const OPENED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
        Connection: Upgrade\r\nSec-WebSocket-Protocol: binary\r\nSec-WebSocket-Accept: ";

    /// Opens a WebSocket; gives our end and the server's.
    async fn opened() -> (Box<dyn Stream>, DuplexStream) {
        let (ours, mut theirs) = duplex(1 << 16);
        let server = async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(theirs.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            assert!(head.starts_with("GET /apiws HTTP/1.1\r\nHost: h:1\r\n"));
            let key = head
                .lines()
                .find_map(|l| l.strip_prefix("Sec-WebSocket-Key: "));
            let guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            let proof = heliogram_crypto::sha1(&[key.unwrap().as_bytes(), guid]);
            use base64::Engine as _;
            let proof = base64::engine::general_purpose::STANDARD.encode(proof);
            let answer = format!("{OPENED}{proof}\r\n\r\n");
            theirs.write_all(answer.as_bytes()).await.unwrap();
        };
        let (opened, ()) = tokio::join!(open(ours, ("h", 1), "/apiws"), server);
        (opened.unwrap(), theirs)
    }

    #[tokio::test]
    async fn messages_are_one_stream_whatever_their_boundaries() {
        let (mut socket, mut theirs) = opened().await;
        // A message in two frames with a ping between them, and another one.
        let said = [
            &[2, 3][..],
            b"one",
            &[0x89, 1, b'?'],
            &[0x80, 4],
            b" two",
            &[0x82, 0],
            &[0x82, 6],
            b" three",
        ];
        theirs.write_all(&said.concat()).await.unwrap();
        let mut all = [0; 13];
        socket.read_exact(&mut all[..1]).await.unwrap();
        socket.read_exact(&mut all[1..]).await.unwrap();
        assert_eq!(&all, b"one two three");
        socket.write_all(b"answer").await.unwrap();
        socket.flush().await.unwrap();
        let mut pong = [0; 7];
        theirs.read_exact(&mut pong).await.unwrap();
        assert_eq!((pong[0], pong[1], pong[6] ^ pong[2]), (0x8a, 0x81, b'?'));
        let mut frame = [0; 12];
        theirs.read_exact(&mut frame).await.unwrap();
        assert_eq!(frame[..2], [0x82, 0x86]);
        let plain: Vec<u8> = (0..6).map(|i| frame[6 + i] ^ frame[2 + i % 4]).collect();
        assert_eq!(plain, b"answer");
        theirs
            .write_all(&[0x88, 5, 3, 0xe8, b'4', b'0', b'4'])
            .await
            .unwrap();
        assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn frames_that_break_rules_are_errors() {
        let long = [&[0x82, 127][..], &(MESSAGE_MAX as u64 + 1).to_be_bytes()].concat();
        for said in [
            &[0x81, 1, b'x'][..],
            &[0x83, 0],
            &[0x82, 0x81, 0, 0, 0, 0, 0],
            &long,
        ] {
            let (mut socket, mut theirs) = opened().await;
            theirs.write_all(said).await.unwrap();
            let error = socket.read(&mut [0; 8]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{said:?}");
        }
    }
}
