//! The cost of a message with the engine: a closed loop on one worker, and a broker on another
//! thread that acknowledges everything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hammer_core::{Run, Schedule};
use hammer_mqtt::{Mqtt, MqttPayload, Qos};

/// Starts a broker that acknowledges each packet at once.
fn acking_sink() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || acknowledge_all(stream));
        }
    });
    addr
}

fn acknowledge_all(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("a socket");
    let (mut bytes, mut filled) = (vec![0; 256 * 1024], 0);
    let mut answers = vec![];
    loop {
        match stream.read(&mut bytes[filled..]) {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
        let mut at = 0;
        while let Some((size, header)) = first_packet(&bytes[at..filled]) {
            let packet = &bytes[at..at + size];
            at += size;
            match packet[0] >> 4 {
                1 => answers.extend([0x20, 2, 0, 0]),
                3 if packet[0] & 6 != 0 => {
                    let topic =
                        usize::from(u16::from_be_bytes([packet[header], packet[header + 1]]));
                    let id = &packet[header + 2 + topic..header + 4 + topic];
                    let kind = if packet[0] & 6 == 2 { 0x40 } else { 0x50 };
                    answers.extend([kind, 2, id[0], id[1]]);
                }
                6 => answers.extend([0x70, 2, packet[2], packet[3]]),
                12 => answers.extend([0xd0, 0]),
                14 => return,
                _ => {}
            }
        }
        bytes.copy_within(at..filled, 0);
        filled -= at;
        if stream.write_all(&answers).is_err() {
            return;
        }
        answers.clear();
    }
}

/// Returns the size of the first packet and of its fixed header.
fn first_packet(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (index, byte) in bytes.get(1..)?.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let size = index + 2 + length;
            return (size <= bytes.len()).then_some((size, index + 2));
        }
    }
    None
}

fn time_publishes(addr: SocketAddr, qos: Qos, hits: u64) -> Duration {
    let mqtt = Mqtt::builder(&format!("mqtt://{addr}"))
        .topic("devices/{{client}}/state")
        .payload(MqttPayload::Size(100))
        .qos(qos)
        .clients(4)
        .build()
        .expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(hits));
    let begun = Instant::now();
    let report = run.threads(1).max_in_flight(256).execute().expect("a run");
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    // Excludes opening and closing, which dominate a run of one hit.
    begun
        .elapsed()
        .min(Duration::from_secs_f64(hits as f64 / report.rate.achieved))
}

fn messages(criterion: &mut Criterion) {
    let addr = acking_sink();
    let mut group = criterion.benchmark_group("publish");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    for (name, qos) in [
        ("qos0", Qos::AtMostOnce),
        ("qos1", Qos::AtLeastOnce),
        ("qos2", Qos::ExactlyOnce),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|hits| time_publishes(addr, qos, hits));
        });
    }
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
