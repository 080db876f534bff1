use std::sync::Mutex;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::{sleep, timeout},
};

use super::*;

/// Waits for a request to come.
async fn request(stream: &mut DuplexStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let (_, len) = head.trim_end().rsplit_once(' ').unwrap();
    let mut body = vec![0; len.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
}

/// A wire to servers of which each does what `serve` does, and their number.
fn wire<F, Fut>(serve: F) -> (Polled, Arc<Mutex<usize>>)
where
    F: Fn(DuplexStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let opened = Arc::new(Mutex::new(0));
    let count = Arc::clone(&opened);
    let open: Open = Arc::new(move || {
        let (ours, theirs) = duplex(1 << 16);
        *count.lock().unwrap() += 1;
        tokio::spawn(serve(theirs));
        Box::pin(async move { Ok(Box::new(ours) as Box<dyn Stream>) })
    });
    let (ours, theirs) = duplex(1 << 16);
    // One that ends at once, so that all is asked of those of the test.
    drop(theirs);
    let mut polled = Polled::new(Box::new(ours), open, ("h", 80), "/api").unwrap();
    polled.begin();
    (polled, opened)
}

/// Reads for a while, as the owner of a session does; gives the number of frames.
async fn read_for(polled: &mut Polled, time: Duration) -> usize {
    let mut frames = 0;
    let _ = timeout(time, async {
        loop {
            if polled.wants_wait() {
                polled.wait(&[1; 24]).unwrap();
            }
            polled.io().await.unwrap();
            while polled.next_frame().is_some() {
                frames += 1;
            }
        }
    })
    .await;
    frames
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn a_server_that_never_makes_us_wait_is_not_asked_without_end() {
    let (mut polled, _) = wire(|mut stream| async move {
        loop {
            request(&mut stream).await;
            stream
                .write_all(&[ANSWER, &[7; 24]].concat())
                .await
                .unwrap();
        }
    });
    let frames = read_for(&mut polled, Duration::from_secs(60)).await;
    assert!((100..200).contains(&frames), "{frames}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_holds_its_answer_is_asked_again_at_once() {
    let (mut polled, opened) = wire(|mut stream| async move {
        loop {
            request(&mut stream).await;
            sleep(Duration::from_secs(25)).await;
            stream
                .write_all(&[ANSWER, &[7; 24]].concat())
                .await
                .unwrap();
        }
    });
    assert_eq!(read_for(&mut polled, Duration::from_secs(255)).await, 10);
    assert_eq!(*opened.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_no_answer_comes_is_replaced() {
    let (mut polled, opened) = wire(|mut stream| async move {
        request(&mut stream).await;
        let _ = stream.read_u8().await;
    });
    assert_eq!(read_for(&mut polled, Duration::from_secs(100)).await, 0);
    assert_eq!(*opened.lock().unwrap(), 3);
    assert!(!polled.take_lost());
}

#[tokio::test(start_paused = true)]
async fn packets_do_not_wait_for_each_other_and_a_lost_one_is_told() {
    let (mut polled, opened) = wire(|mut stream| async move {
        request(&mut stream).await;
        sleep(Duration::from_secs(1)).await;
    });
    for _ in 0..6 {
        polled.queue(&[1; 24]).unwrap();
    }
    assert_eq!(polled.queued, 144);
    assert_eq!(polled.io().await.unwrap(), 1);
    assert!(polled.take_lost() && !polled.take_lost());
    // As many at once as may be.
    assert!(*opened.lock().unwrap() >= MAX_LANES);
}
