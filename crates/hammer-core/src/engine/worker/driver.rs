//! The driver: performs what the dispatcher decides.

use std::io;
use std::rc::Rc;
use std::time::Instant;

use crate::engine::dispatcher::actions::{Actions, DispatchEvent};
use crate::engine::stop_level::StopLevel;
use crate::engine::timer::{self, WakeTimer};
use crate::engine::worker::worker::Worker;
use crate::host::thread_usage::{ThreadUsage, ThreadUsageMeter};
use crate::model::hammer::Hammer;

impl<H: Hammer> Worker<H> {
    /// Starts the clock at `start`, lets the dispatcher decide and performs its actions, until the
    /// last hit has ended.
    pub(super) async fn drive(
        self: &Rc<Self>,
        timer: &mut WakeTimer,
        start: Instant,
    ) -> io::Result<Option<ThreadUsage>> {
        // The start is slightly in the future, so that all workers begin together.
        while timer::now() < start && self.stop.borrow().level() == StopLevel::Run {
            timer.wait_until(start, &self.notifier).await?;
        }
        self.dispatcher.borrow_mut().begin(start);
        // Slots that are still opening check whether they must go on.
        self.channels.borrow().iter().for_each(|slot| slot.wake());
        let mut meter = self.config.clock.thread_meter(self.config.spin);
        let mut actions = Actions::default();
        let mut planned = start;
        while !actions.finished {
            let now = timer::now();
            let late = now.saturating_duration_since(planned);
            let busy = meter.as_mut().map(|meter| meter.record_wakeup(now, late));
            if let Some(busy) = busy.flatten() {
                self.dispatcher.borrow_mut().adapt_to_load(busy, now);
            }
            self.step(now, &mut actions);
            self.perform(&mut actions, &mut meter);
            planned = actions.wake_at.unwrap_or(now);
            if !actions.finished {
                timer.wait_until(planned, &self.notifier).await?;
            }
        }
        Ok(meter.map(|meter| meter.finish()))
    }

    fn step(&self, now: Instant, actions: &mut Actions) {
        let mut dispatcher = self.dispatcher.borrow_mut();
        dispatcher.recorder.fold(&self.notes.buffer);
        dispatcher.spread_over(self.notes.peers.lanes());
        dispatcher.step(now, self.stop.borrow().level(), actions);
        self.link.log_hits(&mut dispatcher.recorder);
    }

    fn perform(self: &Rc<Self>, actions: &mut Actions, meter: &mut Option<ThreadUsageMeter>) {
        let channels = self.channels.borrow();
        for (slot, hit) in actions.give.drain(..) {
            channels[slot].give(hit);
        }
        for (slot, reason) in actions.cancel.drain(..) {
            channels[slot].cancel(reason);
        }
        drop(channels);
        for (slot, hit) in actions.open.drain(..) {
            self.open_slot(slot, Some(hit));
        }
        for event in actions.events.drain(..) {
            self.report(event, meter);
        }
    }

    fn report(&self, event: DispatchEvent, meter: &mut Option<ThreadUsageMeter>) {
        match event {
            DispatchEvent::WarmupEnded => {
                self.link.report_warmup_ended();
                *meter = self.config.clock.thread_meter(self.config.spin);
            }
            DispatchEvent::Second(second) => {
                let mut dispatcher = self.dispatcher.borrow_mut();
                if let Some(meter) = meter {
                    meter.end_second();
                }
                let (gauges, usage) = (
                    dispatcher.gauges(timer::now()),
                    meter.as_ref().map(ThreadUsageMeter::so_far),
                );
                let recorder = &mut dispatcher.recorder;
                self.link.swap_interval(recorder, second, gauges, usage);
            }
            DispatchEvent::Draining => self.link.report_draining(),
        }
    }
}
