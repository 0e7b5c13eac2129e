//! Options for the identity and the session of clients.

use std::time::{SystemTime, UNIX_EPOCH};

use hammer_data::{Template, VariesBy};
use hammer_net::SecretString;

use super::MqttMode;
use super::message_options::{check_text_length, check_topic_template};
use crate::packet::connect::{ConnectPacket, WillMessage};
use crate::packet::connect_packet_template::ConnectPacketTemplate;
use crate::template::template_compiler::MqttTemplateCompiler;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, MqttBuilder, MqttVersion, Qos};

/// The default user for a token, since a password requires a user in 3.1.1.
const DEFAULT_TOKEN_USER: &str = "hammer";

/// The options for the identity and the session of clients.
#[derive(Debug)]
pub(super) struct ConnectPacketOptions {
    pub(super) version: MqttVersion,
    /// Distinguishes this run from others.
    pub(super) run_id: u32,
    client_id: Option<String>,
    user: Option<String>,
    password: Option<SecretString>,
    clean_start: bool,
    session_expiry: Option<u32>,
    pub(super) resend: bool,
    pub(super) downgrade: bool,
    keep_alive: u16,
    will: Option<WillMessage>,
}

impl Default for ConnectPacketOptions {
    fn default() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // The process id separates runs that start at the same time on one machine.
        let run = now.subsec_nanos() ^ (now.as_secs() as u32) << 10 ^ std::process::id() << 16;
        Self {
            version: MqttVersion::default(),
            run_id: run,
            client_id: None,
            user: None,
            password: None,
            clean_start: true,
            session_expiry: None,
            resend: false,
            downgrade: false,
            keep_alive: 60,
            will: None,
        }
    }
}

impl ConnectPacketOptions {
    /// Compiles the CONNECT packets of `clients` clients.
    pub(super) fn connect_packet_template(
        self,
        compiler: &MqttTemplateCompiler,
        clients: usize,
        mode: MqttMode,
        url: &BrokerUrl,
        max_packet_size: u32,
    ) -> Result<ConnectPacketTemplate, Error> {
        let client_id = self.client_id_template(compiler, clients, mode)?;
        let user = self
            .user
            .as_ref()
            .map(|user| compiler.compile("user", user));
        let password = self.password.as_ref();
        let password = password.map(|SecretString(text)| compiler.compile_secret("password", text));
        // The login of a URL is percent-decoded and has no variables.
        let literal = |text: &String| Ok(Template::from_literal(&text[..]));
        let user = user
            .or_else(|| url.user.as_ref().map(literal))
            .transpose()?;
        let url_password = url.password.as_ref().map(|SecretString(text)| text);
        let password = password.or_else(|| url_password.map(literal));
        let token = compiler
            .has_tokens()
            .then(|| compiler.compile("token", "{{token}}"));
        let needs_user = password.is_none() && token.is_some() && self.version == MqttVersion::V3;
        let password = password.or(token).transpose()?;
        let user = user.or_else(|| needs_user.then(|| Template::from_literal(DEFAULT_TOKEN_USER)));
        let will = self.will.as_ref().map(|will| {
            let topic = compiler.compile("will's topic", &will.topic)?;
            check_topic_template(&topic, "will's topic")?;
            let payload = compiler.compile_bytes("payload of the will", &will.payload)?;
            check_text_length(&payload, "payload of the will")?;
            Ok::<_, Error>((topic, payload))
        });
        for text in user.iter().chain(&password) {
            check_text_length(text, "user or the password")?;
        }
        if password.is_some() && user.is_none() && self.version == MqttVersion::V3 {
            let message = "a password without a user requires MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        Ok(ConnectPacketTemplate {
            client_id,
            user,
            password,
            will: will.transpose()?,
            connect: self.connect_packet(max_packet_size)?,
        })
    }

    fn client_id_template(
        &self,
        compiler: &MqttTemplateCompiler,
        clients: usize,
        mode: MqttMode,
    ) -> Result<Template, Error> {
        let Some(text) = &self.client_id else {
            // At most seven digits for the client, since every broker accepts 23 bytes.
            return MqttTemplateCompiler::compile_builtin(&format!(
                "hammer{:08x}-{{{{client}}}}",
                self.run_id
            ));
        };
        let template = compiler.compile("client id", text)?;
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        let differs =
            [VariesBy::Hit, VariesBy::Slot, VariesBy::Client].map(|per| template.depends_on(per));
        let is_shared = clients > 1 || mode == MqttMode::Connect;
        // The broker chooses an id of its own for each client that has none.
        if !differs.contains(&true) && is_shared && !text.is_empty() {
            let message = format!(
                "the client id {text:?} is the same for all clients, but must be unique (try \
                 {{{{client}}}} in it)"
            );
            return combination(message);
        }
        check_text_length(&template, "client id")?;
        if text.is_empty() && !self.clean_start {
            return combination("a session that is kept requires a client id".into());
        }
        Ok(template)
    }

    fn connect_packet(self, max_packet_size: u32) -> Result<ConnectPacket, Error> {
        let Self {
            version,
            clean_start,
            keep_alive,
            session_expiry,
            will,
            ..
        } = self;
        if session_expiry.is_some() && version == MqttVersion::V3 {
            let message = "a session expiry requires MQTT 5; in 3.1.1 a session ends with the \
                           connection (clean start) or never";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let has_session = match version {
            MqttVersion::V3 => !clean_start,
            MqttVersion::V5 => session_expiry.is_some_and(|seconds| seconds > 0),
        };
        if self.resend && !has_session {
            let message = "resending requires a session that the broker keeps (try a session expiry \
                           in MQTT 5, or no clean start in 3.1.1)";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        Ok(ConnectPacket {
            version,
            clean_start,
            keep_alive,
            session_expiry,
            user: None,
            password: None,
            will,
            max_packet_size,
        })
    }
}

impl MqttBuilder {
    /// Sets the version of MQTT.
    pub fn version(mut self, version: MqttVersion) -> Self {
        self.session.version = version;
        self
    }

    /// Sets the id of each client, a template. It must differ by client if there are several. If it
    /// is empty, the broker chooses the ids.
    pub fn client_id(mut self, template: impl Into<String>) -> Self {
        self.session.client_id = Some(template.into());
        self
    }

    /// Sets the user, a template. By default it is the user of the URL.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.session.user = Some(user.into());
        self
    }

    /// Sets the password, a template. By default it is the password of the URL, or else the token
    /// if the scope has tokens. With a token in version 3.1.1, the default user is `hammer`, since
    /// a password requires one.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.session.password = Some(SecretString(password.into()));
        self
    }

    /// Sets whether a connection starts a new session (in 3.1.1: a clean session). A resumed
    /// session sends nothing again unless [`resend`](Self::resend) is set.
    pub fn clean_start(mut self, yes: bool) -> Self {
        self.session.clean_start = yes;
        self
    }

    /// Sets the seconds for which the broker keeps a session without a connection.
    pub fn session_expiry(mut self, seconds: u32) -> Self {
        self.session.session_expiry = Some(seconds);
        self
    }

    /// Sets whether messages in flight survive the loss of their connection. A client that resumes
    /// its session sends them again in order, marked as duplicates (MQTT 5.0 and 3.1.1, section
    /// 4.4), and their hits end with the acknowledgment. If the broker has lost the session, the
    /// hits fail.
    ///
    /// This requires a session that the broker keeps: a [`session_expiry`](Self::session_expiry) in
    /// version 5, or no [`clean_start`](Self::clean_start) in 3.1.1. A clean start then applies
    /// only to the first connection of a client.
    pub fn resend(mut self, yes: bool) -> Self {
        self.session.resend = yes;
        self
    }

    /// Sets whether clients do without the settings that the broker does not support, as its CONNACK
    /// says in version 5 (section 3.2.2.3).
    ///
    /// Messages then have the highest QoS that the broker allows, no retain flag, no topic alias, and
    /// are not sent again. The fact `downgraded` counts connections by what they do without. By
    /// default, the run does not start. It does not start in any case if the broker does not accept
    /// the size of the messages or the filter of a subscription.
    pub fn downgrade(mut self, yes: bool) -> Self {
        self.session.downgrade = yes;
        self
    }

    /// Sets the keep-alive in seconds; 0 turns it off.
    pub fn keep_alive(mut self, seconds: u16) -> Self {
        self.session.keep_alive = seconds;
        self
    }

    /// Sets the message that the broker publishes when the connection of a client is lost. The
    /// topic is a template; so is the payload if it is UTF-8.
    pub fn will(
        mut self,
        topic: impl Into<String>,
        payload: impl Into<Vec<u8>>,
        qos: Qos,
        retain: bool,
    ) -> Self {
        let (topic, payload) = (topic.into(), payload.into());
        self.session.will = Some(WillMessage {
            topic,
            payload,
            qos,
            retain,
        });
        self
    }
}
