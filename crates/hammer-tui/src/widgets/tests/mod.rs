//! Pictures of widgets.

use std::time::Duration;

use hammer_stats::Histogram;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::chart_window::{AxisSpan, ChartWindow};
use super::heat_map::HeatMap;
use super::percentile_curve::{Curve, PercentileCurve};
use super::spark_line::SparkLine;
use super::time_axis::TimeAxis;
use super::time_chart::{ChartSeries, TimeChart};
use crate::live::live_load::LiveLoad;
use crate::run_view::second_column::SecondColumn;
use crate::run_view::second_history::SecondHistory;
use crate::screen::screen_settings::{ChartScale, ScreenSettings, ShownTimes};
use crate::screen::theme::Theme;
use crate::testing::{Picture, TestLoad, mid_run};

/// Histories of edge cases, by name.
fn histories() -> Vec<(&'static str, SecondHistory)> {
    let play = |mut load: TestLoad, columns: usize, seconds: u64| {
        let mut history = SecondHistory::new();
        for _ in 0..columns {
            history.push(seconds, SecondColumn::new(&load.second()));
        }
        history
    };
    let mut refused = TestLoad::new(|_| 100);
    refused.not_ok = [0, 1_000, 0];
    let mut fast = TestLoad::new(|_| 20_000);
    fast.median_us = |_| 1.0;
    fast.late_us = |_| 0.0;
    let mut slow = TestLoad::new(|_| 5);
    slow.median_us = |_| 100e6;
    let mut hour = TestLoad::new(|second| 500 + second);
    hour.median_us = |second| if second % 150 < 10 { 300e3 } else { 8e3 };
    let steps = mid_run().loads.swap_remove(0).history;
    vec![
        ("no data", SecondHistory::new()),
        ("one second", play(TestLoad::new(|_| 100), 1, 1)),
        ("steps after 192 s", steps),
        ("an hour with four outages", play(hour, 600, 6)),
        ("all hits failed", play(refused, 40, 1)),
        ("1 µs", play(fast, 40, 1)),
        ("100 s", play(slow, 40, 1)),
    ]
}

fn steps() -> LiveLoad {
    mid_run().run.loads.swap_remove(0)
}

#[test]
fn heat_maps() {
    let mut picture = Picture::new(60, 8);
    let (load, theme) = (steps(), Theme::plain());
    for (name, history) in histories() {
        let settings = ScreenSettings::default();
        let window = ChartWindow::in_chart(&history, AxisSpan::of(&load, &settings), 60);
        picture.add(name, |area, buffer| {
            HeatMap::new(&window, &load, &settings, &theme).render(area, buffer);
        });
    }
    picture.check("heat_maps");
}

#[test]
fn time_charts() {
    let mut picture = Picture::new(60, 9);
    let (load, theme) = (steps(), Theme::plain());
    for (name, history) in histories() {
        for scale in [ChartScale::Log, ChartScale::Linear] {
            let settings = ScreenSettings {
                scale,
                ..ScreenSettings::default()
            };
            let window = ChartWindow::in_chart(&history, AxisSpan::of(&load, &settings), 60);
            picture.add(&format!("{name}, {}", scale.name()), |area, buffer| {
                let [legend, chart, axis] = parts(area);
                let widget = TimeChart::new(&window, &load, &settings, &theme);
                ChartSeries::legend(&widget.series).render(legend, buffer);
                widget.render(chart, buffer);
                let stages = &load.stages;
                let theme = &theme;
                let axis_widget = TimeAxis {
                    window: &window,
                    stages,
                    theme,
                };
                axis_widget.render(axis, buffer);
            });
        }
    }
    picture.check("time_charts");
}

/// A legend of one row, a chart, and an axis of two.
fn parts(area: Rect) -> [Rect; 3] {
    let rows = |y: u16, height: u16| Rect {
        y: area.y + y,
        height,
        ..area
    };
    [
        rows(0, 1),
        rows(1, area.height - 3),
        rows(area.height - 2, 2),
    ]
}

#[test]
fn percentile_curves() {
    let mut picture = Picture::new(60, 8);
    let theme = Theme::plain();
    let second = |median: fn(u64) -> f64, rate: fn(u64) -> u64| {
        let mut load = TestLoad::new(rate);
        load.median_us = median;
        load.late_us = |_| 1_000.0;
        load.second().last
    };
    for (name, times) in [
        ("no data", second(|_| 1.0, |_| 0)),
        ("19 hits", second(|_| 4e3, |_| 19)),
        ("100 hits", second(|_| 4e3, |_| 100)),
        ("a million hits", second(|_| 4e3, |_| 1_000_000)),
        ("1 µs", second(|_| 1.0, |_| 10_000)),
        ("100 s", second(|_| 100e6, |_| 10_000)),
    ] {
        picture.add(name, |area, buffer| {
            let curve = |times, is_dotted| Curve {
                times,
                style: Style::new(),
                is_dotted,
            };
            let widget = PercentileCurve {
                curves: vec![curve(&times.response, false), curve(&times.service, true)],
                scale: ChartScale::Log,
                unit: None,
                theme: &theme,
            };
            widget.render(area, buffer);
        });
    }
    picture.check("percentile_curves");
}

/// The axis of a run of two seconds had thirty.
#[test]
fn the_time_axis_is_not_longer_than_the_run() {
    let mut load = steps();
    for (length, zoom, seconds, span) in [
        (Some(2_000), None, 1, 2),
        (Some(1_500), None, 1, 2),
        (Some(2_000), None, 5, 5),
        (Some(300_000), None, 1, 30),
        (None, None, 1, 30),
        (Some(300_000), Some(60), 200, 60),
    ] {
        load.length = length.map(Duration::from_millis);
        let settings = ScreenSettings {
            zoom,
            ..ScreenSettings::default()
        };
        let mut history = SecondHistory::new();
        let mut second = TestLoad::new(|_| 100);
        (0..seconds).for_each(|_| history.push(1, SecondColumn::new(&second.second())));
        let window = ChartWindow::in_chart(&history, AxisSpan::of(&load, &settings), 60);
        assert_eq!(window.span, span, "{length:?} {zoom:?} {seconds}");
    }
}

/// Charts without answers had an axis all the same.
#[test]
fn an_empty_chart_says_why() {
    let (load, theme) = (steps(), Theme::plain());
    let mut refused = TestLoad::new(|_| 100);
    refused.not_ok = [0, 1_000, 0];
    let mut history = SecondHistory::new();
    (0..50).for_each(|_| history.push(1, SecondColumn::new(&refused.second())));
    for (zoom, text) in [
        (None, " no hit has been answered yet"),
        (Some(30), " no hit was answered in this time"),
    ] {
        let settings = ScreenSettings {
            zoom,
            ..ScreenSettings::default()
        };
        let window = ChartWindow::in_chart(&history, AxisSpan::of(&load, &settings), 60);
        let area = Rect::new(0, 0, 60, 9);
        let drawn = |draw: &dyn Fn(&mut ratatui::buffer::Buffer)| {
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            draw(&mut buffer);
            let cells = buffer.content().iter();
            cells.map(ratatui::buffer::Cell::symbol).collect::<String>()
        };
        let map =
            drawn(&|buffer| HeatMap::new(&window, &load, &settings, &theme).render(area, buffer));
        assert_eq!(map.trim_end(), text);
        let chart =
            drawn(&|buffer| TimeChart::new(&window, &load, &settings, &theme).render(area, buffer));
        assert_eq!(chart.trim_end(), text);
    }
}

#[test]
fn spark_lines() {
    let mut picture = Picture::new(30, 1);
    let span = AxisSpan::of(&steps(), &ScreenSettings::default());
    for (name, history) in histories() {
        let window = ChartWindow::new(&history, span, 30);
        picture.add(name, |area, buffer| {
            SparkLine::started(&window, Style::new()).render(area, buffer);
        });
    }
    picture.check("spark_lines");
}

#[test]
fn widgets_draw_inside_of_any_area() {
    let load = steps();
    for (_, history) in histories() {
        for (width, height) in [(0, 0), (1, 1), (3, 2), (9, 3), (10, 1), (200, 60)] {
            for times in [ShownTimes::Both, ShownTimes::Response, ShownTimes::Service] {
                for zoom in [None, Some(10), Some(60), Some(3_600)] {
                    draw_all(&load, &history, times, zoom, (width, height));
                }
            }
        }
    }
}

fn draw_all(
    load: &LiveLoad,
    history: &SecondHistory,
    times: ShownTimes,
    zoom: Option<u64>,
    (width, height): (u16, u16),
) {
    let settings = ScreenSettings {
        times,
        zoom,
        ..ScreenSettings::default()
    };
    let theme = Theme::plain();
    let window = ChartWindow::in_chart(history, AxisSpan::of(load, &settings), width);
    let area = Rect::new(0, 0, width, height);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    HeatMap::new(&window, load, &settings, &theme).render(area, &mut buffer);
    TimeChart::new(&window, load, &settings, &theme).render(area, &mut buffer);
    let axis = TimeAxis {
        window: &window,
        stages: &load.stages,
        theme: &theme,
    };
    axis.render(area, &mut buffer);
    SparkLine::started(&window, Style::new()).render(area, &mut buffer);
    let mut hits = Histogram::new();
    hits.record_many(Duration::from_millis(1), 1_000);
    let curve = Curve {
        times: &hits,
        style: Style::new(),
        is_dotted: true,
    };
    let curve = PercentileCurve {
        curves: vec![curve],
        scale: settings.scale,
        unit: None,
        theme: &theme,
    };
    curve.render(area, &mut buffer);
}
