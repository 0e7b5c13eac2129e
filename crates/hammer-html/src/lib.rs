//! A report as one page of HTML that needs nothing else.
//!
//! The page is complete without its script and without its style: its charts are SVG elements, drawn
//! here, whose colors are presentation attributes. So it also shows under the policy
//! `Content-Security-Policy: sandbox; default-src 'none'`, with which build servers serve the files
//! that builds keep. It refers to no other file and no other host.
//!
//! # Structure of the page
//!
//! The script `script.js` only adds to the page, and relies on the following.
//!
//! - **Charts.** Each chart is a `<figure class="chart" id="chart-NAME">`. `NAME` is `rate`,
//!   `percentiles`, `heat`, `curve`, `lateness`, `times`, `achieved`, `levels`, `recovery`, or one of them with the number of a load
//!   (`rate-2`). A figure has one `<svg class="plot">`; the `<svg class="swatch">` of its legend are
//!   not charts.
//! - **Series.** Each series is a `<g class="series" data-series="NAME">` in the plot. Its line is a
//!   `<path class="line">`, its stacked area a `<path class="area">`, its confidence band a
//!   `<path class="band">`, its marks a `<path class="mark">`. Values outside of the axis are drawn at its end.
//! - **Legend.** A `<ul class="legend">` in the figure has a `<li data-series="NAME">` for each
//!   series. It contains the swatch and the name as text. The names of the series of a chart differ.
//! - **Axis labels.** The horizontal grid lines and labels of the y-axis are in one
//!   `<g class="y-axis">`, so that another scale can replace them: a `<line class="grid">` and a
//!   `<text class="tick">` with its `y` for each tick.
//! - **Tables.** `<table class="sortable">` has a `<thead>` with one row. A cell whose text does not
//!   sort by itself has the value to sort by in `data-v`.
//! - **Commands.** A `<pre class="command">` contains a command to copy.
//! - **Details.** All `<details>` can be opened and closed.
//!
//! # Data of a chart
//!
//! A figure has the exact data of its chart in a `<script type="application/json"
//! class="chart-data">`, for the crosshair:
//!
//! ```json
//! {
//!   "kind": "time",
//!   "x": { "min": 0.0, "max": 60.0, "scale": "linear", "left": 64.0, "right": 630.0, "unit": "s" },
//!   "y": { "min": 1.0, "max": 100.0, "scale": "log", "top": 14.0, "bottom": 246.0, "unit": "ms",
//!          "ticks": [[1.0, "1 ms"], [10.0, "10 ms"], [100.0, "100 ms"]] },
//!   "other_y": { "min": 0.0, "max": 80.0, "scale": "linear", "top": 14.0, "bottom": 246.0, "unit": "ms",
//!                "ticks": [[0.0, "0 ms"], [40.0, "40 ms"], [80.0, "80 ms"]] },
//!   "xs": [0.5, 1.5],
//!   "widths": [1.0, 1.0],
//!   "series": [
//!     { "name": "p99", "values": [12.4, null] },
//!     { "name": "p99 < 50ms", "constant": 50.0 },
//!     { "name": "response", "values": [1.0, 2.0], "low": [0.9, null], "high": [1.2, null] }
//!   ]
//! }
//! ```
//!
//! - `kind` is `time`, `percentile`, `rate` or `heat`.
//! - `left`, `right`, `top` and `bottom` are in units of the view box: the places of `min` and `max`
//!   on the x-axis, and of `max` and `min` on the y-axis. `scale` is `linear` or `log`; on a `log`
//!   axis the place is linear in the logarithm.
//! - `xs` has the x of each value, and `values` of each series as many values, null where there is
//!   none. `widths` has the lengths of the slices in a chart of kind `time` or `heat`; its `xs` are
//!   the middles of the slices. A series with `constant` is a horizontal line.
//! - `other_y` is a second scale for the y-axis that a reader can choose, if there is one that makes
//!   sense. `"stacked": true` marks series that are drawn on top of each other, in order, and
//!   `"sparse": true` those that are drawn as single marks, and have no value in most places.
//! - In a chart of kind `percentile`, x is 1/(1 − q) for the quantile q: 100 is p99.
//! - In a chart of kind `rate`, x is a rate, from the lowest; several values can be at one rate.
//! - In a chart of kind `heat`, `"rows": [[low, high], …]` has the ranges of the y-axis, from the
//!   bottom, and the series `counts` has, for each range in turn, its hits in each slice: the count
//!   in row r of slice s is `values[r * xs.length + s]`.
//!
//! # The run inside
//!
//! The page of a run has its run file inside, in a `<script type="application/json" id="hammer-run">`
//! as `{"zstd":"<base64>"}`. The pages of comparisons and of searches have none inside.

mod backquoted;
mod chart;
mod comparison;
mod constant_rate;
mod document;
mod duration_text;
mod embedded_run;
mod load_charts;
mod report;
mod run_slices;
mod scale;
mod search;
mod sentence;
mod svg;
mod table_rows;
mod threshold_bounds;

pub use comparison::comparison_page;
pub use embedded_run::{EmbeddedRunError, embedded_run};
pub use report::report_page;
pub use search::search_page;
