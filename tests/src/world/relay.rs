//! What whoever sits on the wire sees of an agent: connections, and the TLS records of each way, by kind and length.
//!
//! A relay on the loopback between an agent and an aggregator. It hands every byte on as it comes and opens none: TLS
//! stays between the two. Lengths are read from the records' own heads, so that they do not depend on how the kernel cuts the
//! stream into segments.

use std::io::{Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::process::wait_until;

/// Bytes of the head of a TLS record: kind, version, length (RFC 8446, section 5.1).
const HEAD_BYTES: usize = 5;
/// Longest time until a connection of an agent that has ended is over.
const END_TIME_MAX: Duration = Duration::from_secs(60);

/// Kind of a record, and bytes that follow its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// 20 change of cipher, 21 alert, 22 handshake, 23 what is encrypted.
    pub kind: u8,
    /// Bytes.
    pub n_bytes: usize,
}

/// One connection, as records of each way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// From the agent.
    pub up: Vec<Record>,
    /// To the agent.
    pub down: Vec<Record>,
}

#[derive(Default)]
struct Streams {
    up: Mutex<Vec<u8>>,
    down: Mutex<Vec<u8>>,
    /// Ways that have ended, of two.
    n_ended: AtomicUsize,
}

/// A relay that runs until it is dropped.
pub struct Relay {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Arc<Streams>>>>,
    is_over: Arc<AtomicBool>,
}

impl Relay {
    /// Listens on a port of the kernel's choice and hands on to a port of this machine.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn to_port(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("the relay cannot listen")?;
        let address = listener.local_addr()?;
        let (connections, is_over) = (Arc::<Mutex<Vec<Arc<Streams>>>>::default(), Arc::new(AtomicBool::new(false)));
        let (list, over) = (Arc::clone(&connections), Arc::clone(&is_over));
        thread::spawn(move || {
            for agent in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let streams = Arc::<Streams>::default();
                locked(&list).push(Arc::clone(&streams));
                // an aggregator that is gone shows at the agent as a connection that ends at once
                let joined = TcpStream::connect(("127.0.0.1", port)).and_then(|centre| join(agent, centre, &streams));
                if joined.is_err() {
                    streams.n_ended.store(2, Ordering::Release);
                }
            }
        });
        Ok(Self { address, connections, is_over })
    }

    /// Its address as an agent is configured with it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// What was seen since the last time it was asked, connection by connection. To be asked once the agent has ended: it
    /// waits until every connection has.
    ///
    /// # Errors
    /// When a connection does not end, or what went by is no TLS.
    pub fn take(&self) -> anyhow::Result<Vec<Seen>> {
        let streams = std::mem::take(&mut *locked(&self.connections));
        let have_ended = || streams.iter().all(|s| s.n_ended.load(Ordering::Acquire) == 2);
        wait_until("all connections end", END_TIME_MAX, || Ok(have_ended()))?;
        let seen = |s: &Arc<Streams>| Ok(Seen { up: records(&locked(&s.up))?, down: records(&locked(&s.down))? });
        streams.iter().map(seen).collect()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // wakes the thread that accepts
        drop(TcpStream::connect(self.address));
    }
}

fn join(agent: TcpStream, centre: TcpStream, streams: &Arc<Streams>) -> std::io::Result<()> {
    let (agent_too, centre_too) = (agent.try_clone()?, centre.try_clone()?);
    let (one, other) = (Arc::clone(streams), Arc::clone(streams));
    thread::spawn(move || {
        carry(agent, centre, &one.up);
        one.n_ended.fetch_add(1, Ordering::AcqRel);
    });
    thread::spawn(move || {
        carry(centre_too, agent_too, &other.down);
        other.n_ended.fetch_add(1, Ordering::AcqRel);
    });
    Ok(())
}

/// Hands on until one side ends, and notes each byte before it goes on.
fn carry(mut from: TcpStream, mut to: TcpStream, seen: &Mutex<Vec<u8>>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        locked(seen).extend(&bytes[..n]);
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    // the other side may have ended the connection already
    drop(to.shutdown(Shutdown::Write));
}

/// Cuts a stream into its records; the last one may be cut short where a connection was.
fn records(mut stream: &[u8]) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    while let Some((head, rest)) = stream.split_at_checked(HEAD_BYTES) {
        let &[kind, major, _, high, low] = head else { break };
        ensure!(major == 3 && (20..=23).contains(&kind), "no TLS record after {} records", records.len());
        let n_bytes = usize::from(u16::from_be_bytes([high, low]));
        let Some((_, rest)) = rest.split_at_checked(n_bytes) else { break };
        records.push(Record { kind, n_bytes });
        stream = rest;
    }
    Ok(records)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_at_its_records() {
        let stream = [&[22, 3, 1, 0, 2, 7, 7][..], &[23, 3, 3, 0, 0], &[23, 3, 3, 1, 0, 9]].concat();
        let whole = [Record { kind: 22, n_bytes: 2 }, Record { kind: 23, n_bytes: 0 }];
        assert_eq!(records(&stream).unwrap(), whole, "what was cut short does not count");
        assert!(records(b"GET / HTTP/1.1").is_err());
    }

    #[test]
    fn what_goes_by_is_handed_on_and_noted() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let relay = Relay::to_port(listener.local_addr().unwrap().port()).unwrap();
        let mut agent = TcpStream::connect(relay.address).unwrap();
        agent.write_all(&[22, 3, 1, 0, 1, 5]).unwrap();
        agent.shutdown(Shutdown::Write).unwrap();
        let (mut centre, _) = listener.accept().unwrap();
        let mut arrived = Vec::new();
        centre.read_to_end(&mut arrived).unwrap();
        assert_eq!(arrived, [22, 3, 1, 0, 1, 5]);
        drop(centre);
        assert_eq!(agent.read_to_end(&mut Vec::new()).unwrap(), 0);
        drop(agent);
        assert_eq!(relay.take().unwrap(), [Seen { up: vec![Record { kind: 22, n_bytes: 1 }], down: Vec::new() }]);
        assert!(relay.take().unwrap().is_empty());
    }
}
