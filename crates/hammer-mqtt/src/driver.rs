//! The task of one connection. It is the only one that reads and writes, and nothing ends it within
//! a packet: hits come and go, and what was begun is finished.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::backoff::Backoff;
use crate::client::{Client, Role, State};
use crate::config::Config;
use crate::delivery::Arrival;
use crate::dial::Stream;
use crate::fault;
use crate::handshake::{self, Answer};
use crate::link::{Link, Tally};
use crate::packet;
use crate::packet::connack::Limits;
use crate::packet::received::{Frame, Received};
use crate::pool::{Attempt, Pool};

/// How long a broker may take to close a connection that has said goodbye.
const GOODBYE: Duration = Duration::from_millis(500);
/// A connection that lived for so long was a good one: the next attempt comes soon.
const LASTING: Duration = Duration::from_secs(1);
/// Reads in a row before other connections have their turn.
const READS: u32 = 8;

/// Drives the connection of `client` until the run ends.
pub(crate) struct Driver {
    pub(crate) config: Arc<Config>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) client: Rc<Client>,
    pub(crate) slot: Slot,
}

/// Why a connection is over.
enum End {
    /// The run is.
    Closing,
    Failed(Failure),
}

/// A connection that was just accepted.
struct Opened {
    stream: Stream,
    limits: Limits,
    /// What came behind the CONNACK.
    rest: Vec<u8>,
}

impl Driver {
    /// Connects, again and again if need be; the first time is part of `attempt`.
    pub(crate) async fn run(self, attempt: Attempt) {
        let mut attempt = Some(attempt);
        let mut backoff = Backoff::new(self.client.number);
        while !self.pool.is_closing() {
            let opened = self.open().await;
            if let Some(attempt) = attempt.take() {
                attempt.ended(opened.as_ref().map(drop).map_err(|failure| *failure));
            } else if opened.is_ok() {
                self.slot.count("reconnects", 1);
            }
            match opened {
                Ok(opened) => {
                    let since = Instant::now();
                    self.use_up(opened).await;
                    if since.elapsed() >= LASTING {
                        backoff = Backoff::new(self.client.number);
                    }
                }
                Err(failure) => {
                    self.slot.count("connects_failed", 1);
                    self.slot.fact("not_opened", failure.name());
                }
            }
            tokio::select! {
                () = sleep(backoff.next()) => {}
                () = self.pool.closing() => {}
            }
        }
        self.pool.gone();
    }

    async fn open(&self) -> Result<Opened, Failure> {
        let slot = self.slot.apart();
        // On the heap: a connection that is open needs none of it.
        let opening = Box::pin(self.handshake(&slot));
        tokio::select! {
            opened = timeout(self.config.connect_timeout, opening) => {
                opened.unwrap_or(Err(Failure::CONNECT_TIMEOUT))
            }
            () = self.pool.closing() => Err(fault::NOT_CONNECTED),
        }
    }

    async fn handshake(&self, slot: &Slot) -> Result<Opened, Failure> {
        let config = &*self.config;
        let mut stream = config.dial.open(slot).await?;
        let number = match self.client.role {
            Role::Publisher => self.client.number,
            // Behind the publishers, so that ids differ.
            Role::Subscriber(_) => config.clients as u64 + self.client.number,
        };
        let (answer, mut rest) = handshake::connect(&mut stream, config, number, slot).await?;
        let limits = match answer {
            Answer::Accepted(limits) => limits,
            Answer::Refused(code) => return Err(fault::refused(code)),
        };
        match (self.client.role, &config.deliveries) {
            (Role::Subscriber(_), Some(deliveries)) => {
                let (filter, qos) = (&deliveries.filter, config.message.qos);
                rest = handshake::subscribe(&mut stream, config, filter, qos, rest).await?;
            }
            _ => self.note(limits),
        }
        self.slot.count("connections_opened", 1);
        Ok(Opened {
            stream,
            limits,
            rest,
        })
    }

    /// What the broker allows is for the report.
    fn note(&self, limits: Limits) {
        use hammer_core::Label;
        let window = self.config.window.min(limits.receive_maximum);
        self.slot.fact("receive_max", window);
        let bytes = u32::try_from(limits.packet_size).unwrap_or(u32::MAX);
        self.slot.fact("packet_max", Label::number(bytes));
        if self.config.alias {
            self.slot.fact("alias_max", limits.topic_aliases);
        }
    }

    /// Lets hits use a connection until it ends.
    async fn use_up(&self, opened: Opened) {
        let Opened {
            mut stream,
            limits,
            rest,
        } = opened;
        let keep_alive = limits.keep_alive.unwrap_or(self.config.connect.keep_alive);
        self.client.up(Link::new(&self.config, limits));
        let end = self.drive(&mut stream, rest, keep_alive).await;
        let failure = match &end {
            End::Closing => fault::NOT_CONNECTED,
            End::Failed(failure) => *failure,
        };
        if self.client.down(failure) {
            self.pool.unfenced();
        }
        match end {
            // Whatever goes wrong now: nothing is in flight any more.
            End::Closing => drop(timeout(GOODBYE, handshake::disconnect(&mut stream)).await),
            End::Failed(failure) => {
                self.slot.count("connections_lost", 1);
                self.slot.fact("lost_by", failure.name());
            }
        }
    }

    async fn drive(&self, stream: &mut Stream, rest: Vec<u8>, keep_alive: u16) -> End {
        let mut turns = Turns {
            driver: self,
            stream,
            partial: rest,
            abroad: vec![],
            alive: Alive::new(keep_alive),
        };
        let begun = match turns.feed_rest() {
            Err(failure) => return End::Failed(failure),
            Ok(()) => poll_fn(|cx| turns.turn(cx)),
        };
        begun.await
    }
}

/// When the connection shows that it is alive, and finds out whether the broker is.
struct Alive {
    /// Half of the keep-alive, so that no silence is longer than all of it; none if that is off.
    period: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Bytes that were sent when the alarm last rang.
    sent: u64,
    /// Alarms since a ping was sent that has no answer.
    unanswered: u32,
}

/// Alarms that a ping may be without an answer: one and a half times the keep-alive.
const PATIENCE: u32 = 3;

impl Alive {
    fn new(seconds: u16) -> Self {
        let period = (seconds > 0).then(|| Duration::from_secs(seconds.into()) / 2);
        Self {
            period,
            alarm: period.map(|period| Box::pin(sleep(period))),
            sent: 0,
            unanswered: 0,
        }
    }

    /// Whether the alarm rings now; it is set again then.
    fn rings(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(period), Some(alarm)) = (self.period, &mut self.alarm) else {
            return false;
        };
        if alarm.as_mut().poll(cx).is_pending() {
            return false;
        }
        alarm.as_mut().reset(Instant::now() + period);
        // Set anew, it is to wake the task too.
        let _ = alarm.as_mut().poll(cx);
        true
    }
}

/// The turns of a connection, and what lies between them.
struct Turns<'a> {
    driver: &'a Driver,
    stream: &'a mut Stream,
    /// The beginning of a packet whose end has not come.
    partial: Vec<u8>,
    /// What arrived for other workers.
    abroad: Vec<Vec<Arrival>>,
    alive: Alive,
}

impl Turns<'_> {
    /// Reads all there is, and writes all that is to be written.
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let client = &self.driver.client;
        client.looks(cx);
        let mut state = client.state.borrow_mut();
        let State {
            link: Some(link),
            seq,
        } = &mut *state
        else {
            return Poll::Ready(End::Failed(fault::CONNECTION_LOST));
        };
        if self.alive.rings(cx) {
            if link.is_pinging() {
                self.alive.unanswered += 1;
                if self.alive.unanswered >= PATIENCE {
                    return Poll::Ready(End::Failed(fault::KEEP_ALIVE));
                }
            } else {
                self.alive.unanswered = 0;
                if link.flushed() == self.alive.sent {
                    link.keep_alive();
                }
            }
            self.alive.sent = link.flushed();
        }
        let config = &*self.driver.config;
        let fenced = link.is_fenced();
        let mut reads = 0;
        loop {
            let read = Self::read(
                self.stream,
                self.driver,
                &mut self.partial,
                &mut self.abroad,
                link,
                cx,
            );
            let read = match read {
                Ok(read) => read,
                Err(failure) => return Poll::Ready(End::Failed(failure)),
            };
            link.pump(config, seq);
            // What the socket takes makes room for more.
            loop {
                match Self::write(self.stream, link, cx) {
                    Ok(true) => link.pump(config, seq),
                    Ok(false) => break,
                    Err(failure) => return Poll::Ready(End::Failed(failure)),
                }
            }
            reads += 1;
            if !read {
                break;
            }
            if reads == READS {
                cx.waker().wake_by_ref();
                break;
            }
        }
        self.driver.tell(link, fenced, &mut self.abroad);
        if self.driver.pool.is_closing() && link.unsent().is_empty() {
            return Poll::Ready(End::Closing);
        }
        Poll::Pending
    }

    /// Reads once; whether there was something.
    fn read(
        stream: &mut Stream,
        driver: &Driver,
        partial: &mut Vec<u8>,
        abroad: &mut Vec<Vec<Arrival>>,
        link: &mut Link,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let mut scratch = driver.pool.scratch.borrow_mut();
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(stream).poll_read(cx, &mut buf) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Err(error)) => return Err(fault::of_stream(error)),
            Poll::Ready(Ok(())) => {}
        }
        let bytes = buf.filled();
        if bytes.is_empty() {
            return Err(fault::CONNECTION_LOST);
        }
        if partial.is_empty() {
            let used = driver.feed(bytes, link, abroad)?;
            partial.extend_from_slice(&bytes[used..]);
        } else {
            partial.extend_from_slice(bytes);
            let used = driver.feed(partial, link, abroad)?;
            partial.drain(..used);
        }
        Ok(true)
    }

    /// Writes as much as the socket takes; whether that was something.
    fn write(stream: &mut Stream, link: &mut Link, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let mut wrote = false;
        while !link.unsent().is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, link.unsent()) {
                Poll::Pending => break,
                Poll::Ready(Ok(0)) => return Err(fault::CONNECTION_LOST),
                Poll::Ready(Ok(bytes)) => {
                    link.wrote(bytes);
                    wrote = true;
                }
                Poll::Ready(Err(error)) => return Err(fault::of_stream(error)),
            }
        }
        if let Poll::Ready(Err(error)) = Pin::new(stream).poll_flush(cx) {
            return Err(fault::of_stream(error));
        }
        Ok(wrote)
    }

    /// What came with the CONNACK.
    fn feed_rest(&mut self) -> Result<(), Failure> {
        let mut state = self.driver.client.state.borrow_mut();
        if let Some(link) = &mut state.link {
            let used = self.driver.feed(&self.partial, link, &mut self.abroad)?;
            self.partial.drain(..used);
        }
        Ok(())
    }
}

impl Driver {
    /// Does what the packets in `bytes` say; tells how many bytes they were.
    fn feed(
        &self,
        bytes: &[u8],
        link: &mut Link,
        abroad: &mut Vec<Vec<Arrival>>,
    ) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(frame) = Frame::of(&bytes[used..]).map_err(handshake::malformed)? {
            used += frame.size;
            let version = self.config.connect.version;
            match Received::of(frame, version).map_err(handshake::malformed)? {
                Received::Answer { to, id, reason } => {
                    link.answered(&self.config, to, id, reason, frame.size);
                }
                Received::Message { qos, id, payload } => {
                    self.got(payload, abroad);
                    match qos {
                        1 => link.append(&packet::short_answer(0x40, id)),
                        2 => link.append(&packet::short_answer(0x50, id)),
                        _ => {}
                    }
                }
                Received::Release { id } => link.append(&packet::short_answer(0x70, id)),
                Received::Pong => link.ponged(),
                Received::Disconnect { reason } => return Err(fault::ended(reason)),
            }
        }
        Ok(used)
    }

    /// A message has come.
    fn got(&self, payload: &[u8], abroad: &mut Vec<Vec<Arrival>>) {
        let (Role::Subscriber(subscriber), Some(deliveries)) =
            (self.client.role, &self.config.deliveries)
        else {
            return;
        };
        let Some(arrival) = Arrival::of(payload, deliveries.run, subscriber) else {
            self.slot.count("foreign_messages", 1);
            return;
        };
        let worker = usize::from(arrival.worker);
        if worker == self.slot.worker() {
            self.pool.arrived(&arrival);
            return;
        }
        if abroad.len() <= worker {
            abroad.resize_with(worker + 1, Vec::new);
        }
        abroad[worker].push(arrival);
    }

    /// Tells everybody else what this turn has brought.
    fn tell(&self, link: &mut Link, fenced: bool, abroad: &mut [Vec<Arrival>]) {
        if fenced && !link.is_fenced() {
            self.pool.unfenced();
        }
        for (worker, arrivals) in abroad.iter_mut().enumerate() {
            if !arrivals.is_empty() {
                self.pool.post(worker, arrivals);
            }
        }
        let Tally {
            waits,
            late,
            unknown,
        } = std::mem::take(&mut link.tally);
        for (name, count) in [
            ("window_waits", waits),
            ("late_answers", late),
            ("unknown_answers", unknown),
        ] {
            if count > 0 {
                self.slot.count(name, count);
            }
        }
    }
}
