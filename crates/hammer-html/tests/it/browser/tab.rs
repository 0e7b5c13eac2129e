//! A tab of the browser: opens pages, and does what a person does.

use serde_json::{Value, json};

use super::devtools::{DevTools, DevToolsEvent};

/// An open tab.
pub(crate) struct Tab {
    devtools: DevTools,
    session: String,
}

/// The media that a page is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Light,
    Dark,
    Print,
}

impl Tab {
    pub(crate) fn open(mut devtools: DevTools) -> Self {
        let target = devtools.call(None, "Target.createTarget", json!({"url": "about:blank"}));
        let attached = devtools.call(
            None,
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        let session = attached["sessionId"].as_str().expect("an id").to_owned();
        let mut tab = Self { devtools, session };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab
    }

    /// Runs a command of the protocol in this tab.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.devtools.call(Some(&self.session), method, params)
    }

    /// Opens a page, waits until it is loaded, and returns the events of loading it.
    pub(crate) fn navigate(&mut self, url: &str) -> Vec<DevToolsEvent> {
        self.devtools.take_events();
        let result = self.call("Page.navigate", json!({"url": url}));
        assert!(result["errorText"].is_null(), "{url}: {result}");
        self.devtools.wait_for("Page.loadEventFired");
        self.devtools.take_events()
    }

    /// Sets the size of the window, in CSS pixels.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        );
    }

    /// Draws the page for another medium.
    pub(crate) fn set_media(&mut self, media: Media) {
        let (medium, scheme) = match media {
            Media::Light => ("screen", "light"),
            Media::Dark => ("screen", "dark"),
            Media::Print => ("print", "light"),
        };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call(
            "Emulation.setEmulatedMedia",
            json!({"media": medium, "features": features}),
        );
    }

    /// Evaluates an expression of JavaScript, also where the page itself may not run scripts.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let mut result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        let exception = &result["exceptionDetails"];
        assert!(exception.is_null(), "{expression}: {exception}");
        result["result"]["value"].take()
    }

    /// Waits until the page is drawn again, with all that happened so far. The page must be allowed
    /// to run scripts.
    pub(crate) fn wait_for_frame(&mut self) {
        self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))",
        );
    }

    /// Moves the pointer to a point of the window.
    pub(crate) fn move_pointer(&mut self, x: f64, y: f64) {
        self.call(
            "Input.dispatchMouseEvent",
            json!({"type": "mouseMoved", "x": x, "y": y}),
        );
    }

    /// Clicks at the center of the first element that a selector finds, after scrolling to it.
    pub(crate) fn click(&mut self, selector: &str) {
        let center = self.evaluate(&format!(
            "(() => {{ const e = document.querySelector({selector:?});
               e.scrollIntoView({{block: 'center'}});
               const b = e.getBoundingClientRect();
               return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": center[0], "y": center[1], "button": "left", "clickCount": 1}),
            );
        }
    }

    /// Presses and releases a key, such as `ArrowRight`.
    pub(crate) fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "code": key}),
            );
        }
    }
}
