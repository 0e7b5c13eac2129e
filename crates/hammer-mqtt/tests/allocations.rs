//! How often a message allocates, and how much a connection does. In a program of its own, since the counting allocator is that of
//! a whole program, and the only test in it, since it counts whatever else runs.

use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use hammer_core::{Rate, Run, RunEvent, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttPayload, MqttVersion, Qos};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes of each message at QoS 1: of one length, so that a broker need not look for its end.
const MESSAGE_BYTES: usize = 2 + 2 + 3 + 2 + 10;

/// A broker that acknowledges messages of one length, and allocates nothing for that.
fn acking_broker() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let mut bytes = [0; MESSAGE_BYTES];
        for mut stream in listener.incoming().map_while(Result::ok) {
            stream.set_nodelay(true).expect("a socket");
            let mut head = [0; 2];
            stream.read_exact(&mut head).expect("a CONNECT");
            let mut connect = [0; 128];
            stream
                .read_exact(&mut connect[..usize::from(head[1])])
                .expect("all of it");
            stream.write_all(&[0x20, 2, 0, 0]).expect("it is open");
            while stream.read_exact(&mut bytes).is_ok() {
                let answer = [0x40, 2, bytes[7], bytes[8]];
                if stream.write_all(&answer).is_err() {
                    break;
                }
            }
        }
    });
    addr
}

/// A broker that accepts everybody and allows 65,535 unacknowledged messages, and then keeps what it
/// has accepted, which is all that it allocates.
fn silent_broker() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let mut kept = Vec::with_capacity(1_024);
        for mut stream in listener.incoming().map_while(Result::ok) {
            let accepted = [0x20, 6, 0, 0, 3, 0x21, 0xff, 0xff];
            stream.write_all(&accepted).expect("it is open");
            kept.push(stream);
        }
    });
    addr
}

/// Bytes that a run allocates which opens so many connections and sends nothing on most of them.
fn connection_bytes(broker: SocketAddr, clients: usize) -> usize {
    let mqtt = Mqtt::builder(&format!("mqtt://{broker}"))
        .version(MqttVersion::V5)
        .clients(clients)
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("it is well formed");
    let stop = StopHandle::new();
    let run = Run::new(
        mqtt,
        Schedule::constant(Rate::per_second(1)).with_hit_count(2),
    )
    .threads(1)
    .max_in_flight(1)
    .stop(stop.clone());
    let region = Region::new(ALLOCATOR);
    let mut change = None;
    let report = run.execute(|event| {
        if let RunEvent::Started { .. } = event {
            change = Some(region.change());
            stop.stop_now();
        }
    });
    let report = report.expect("the run is well formed");
    assert_eq!(report.counts["connections_opened"], clients as u64);
    let change = change.expect("it has started");
    change.bytes_allocated
}

/// Allocations of a whole run, reallocations included.
fn allocations(broker: SocketAddr, hits: u64) -> usize {
    let mqtt = Mqtt::builder(&format!("mqtt://{broker}"))
        .topic("t/{{client}}")
        .payload(MqttPayload::Size(10))
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("it is well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(8);
    let region = Region::new(ALLOCATOR);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn messages_allocate_next_to_nothing_and_connections_little() {
    let broker = acking_broker();
    let (short, long) = (2_000, 52_000);
    let more = allocations(broker, long).saturating_sub(allocations(broker, short));
    // A longer run has more seconds, and each of those allocates.
    assert!(
        more < 500,
        "{more} allocations for {} messages more",
        long - short
    );
    let broker = silent_broker();
    let (few, many) = (10, 210);
    let each =
        connection_bytes(broker, many).saturating_sub(connection_bytes(broker, few)) / (many - few);
    // Which is what has been freed again, too: the futures and buffers of opening it.
    assert!(each < 15_000, "{each} bytes for a connection");
}
