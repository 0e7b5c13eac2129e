//! The number of allocations per message, and the bytes allocated per connection.
//!
//! A separate program with one test, since the counting allocator counts for the whole process.

use std::alloc::System;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use hammer_core::{Rate, Run, RunEvent, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttPayload, MqttVersion, Qos};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The size of each message at QoS 1, fixed so that the broker need not parse it.
const MESSAGE_BYTES: usize = 2 + 2 + 3 + 2 + 10;

/// Starts a broker that acknowledges messages of a fixed size without allocating.
fn acking_broker() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound");
    thread::spawn(move || {
        let mut bytes = [0; MESSAGE_BYTES];
        for mut stream in listener.incoming().map_while(Result::ok) {
            stream.set_nodelay(true).expect("a socket");
            let mut head = [0; 2];
            stream.read_exact(&mut head).expect("a CONNECT");
            let mut connect = [0; 128];
            stream
                .read_exact(&mut connect[..usize::from(head[1])])
                .expect("the rest of it");
            stream.write_all(&[0x20, 2, 0, 0]).expect("open connection");
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

/// Starts a broker that accepts each client, allows 65,535 unacknowledged messages, and never
/// answers.
fn silent_broker() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound");
    thread::spawn(move || {
        let mut kept = Vec::with_capacity(1_024);
        for mut stream in listener.incoming().map_while(Result::ok) {
            let accepted = [0x20, 6, 0, 0, 3, 0x21, 0xff, 0xff];
            stream.write_all(&accepted).expect("open connection");
            kept.push(stream);
        }
    });
    addr
}

/// Returns the bytes that a run allocates until `clients` connections are open.
fn connection_bytes(broker: SocketAddr, clients: usize) -> usize {
    let mqtt = Mqtt::builder(&format!("mqtt://{broker}"))
        .version(MqttVersion::V5)
        .clients(clients)
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
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
    let report = run.execute_with(|event| {
        if let RunEvent::Started { .. } = event {
            change = Some(region.change());
            stop.stop_now();
        }
    });
    let report = report.expect("the run starts");
    assert_eq!(report.counts["connections_opened"], clients as u64);
    let change = change.expect("a started run");
    change.bytes_allocated
}

/// Returns the allocations and reallocations of a run.
fn allocations(broker: SocketAddr, hits: u64) -> usize {
    let mqtt = Mqtt::builder(&format!("mqtt://{broker}"))
        .topic("t/{{client}}")
        .payload(MqttPayload::Size(10))
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(8);
    let region = Region::new(ALLOCATOR);
    let report = run.execute().expect("the run starts");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

#[test]
fn messages_and_connections_allocate_little() {
    let broker = acking_broker();
    let (short, long) = (2_000, 52_000);
    let more = allocations(broker, long).saturating_sub(allocations(broker, short));
    // A longer run has more ticks, each of which allocates.
    assert!(
        more < 500,
        "{more} allocations for {} messages",
        long - short
    );
    let broker = silent_broker();
    let (few, many) = (10, 210);
    let each =
        connection_bytes(broker, many).saturating_sub(connection_bytes(broker, few)) / (many - few);
    // Includes bytes that are freed after the handshake, such as its futures and buffers.
    assert!(each < 15_000, "{each} bytes per connection");
}
