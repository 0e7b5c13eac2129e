//! What the builder is told about clients and their sessions.

use std::time::{SystemTime, UNIX_EPOCH};

use super::MqttMode;
use super::message::{check_text_length, check_topic_template};
use hammer_data::{Template, VariesBy};
use hammer_net::SecretString;

use crate::client_identity::ClientIdentity;
use crate::packet::connect::{ConnectPacket, WillMessage};
use crate::template_compiler::MqttTemplateCompiler;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, MqttBuilder, MqttVersion, Qos};

/// The user of a token, where none is given: in 3.1.1 a password needs one.
const DEFAULT_TOKEN_USER: &str = "hammer";

/// Who clients say they are.
#[derive(Debug)]
pub(super) struct SessionOptions {
    pub(super) version: MqttVersion,
    /// Tells this run from others.
    pub(super) run_id: u32,
    client_id: Option<String>,
    user: Option<String>,
    password: Option<SecretString>,
    clean_start: bool,
    session_expiry: Option<u32>,
    pub(super) resend: bool,
    keep_alive: u16,
    will: Option<WillMessage>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // Two runs that began at the same moment are on two machines or of two processes.
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
            keep_alive: 60,
            will: None,
        }
    }
}

impl SessionOptions {
    /// What all clients say, of which there are so many.
    pub(super) fn client_identity(
        self,
        texts: &MqttTemplateCompiler,
        clients: usize,
        mode: MqttMode,
        url: &BrokerUrl,
        most_packet: u32,
    ) -> Result<ClientIdentity, Error> {
        let client_id = self.client_id_template(texts, clients, mode)?;
        let user = self.user.as_ref().map(|user| texts.compile("user", user));
        let password = self.password.as_ref();
        let password = password.map(|SecretString(text)| texts.compile_secret("password", text));
        // What an URL has it has in percent, without variables.
        let fixed = |text: &String| Ok(Template::from_literal(&text[..]));
        let user = user.or_else(|| url.user.as_ref().map(fixed)).transpose()?;
        let url_password = url.password.as_ref().map(|SecretString(text)| text);
        let password = password.or_else(|| url_password.map(fixed));
        let token = texts
            .has_tokens()
            .then(|| texts.compile("token", "{{token}}"));
        let nobody = password.is_none() && token.is_some() && self.version == MqttVersion::V3;
        let password = password.or(token).transpose()?;
        let user = user.or_else(|| nobody.then(|| Template::from_literal(DEFAULT_TOKEN_USER)));
        let will = self.will.as_ref().map(|will| {
            let topic = texts.compile("will's topic", &will.topic)?;
            check_topic_template(&topic, "will's topic")?;
            let payload = texts.compile_bytes("payload of the will", &will.payload)?;
            check_text_length(&payload, "payload of the will")?;
            Ok::<_, Error>((topic, payload))
        });
        for text in user.iter().chain(&password) {
            check_text_length(text, "user or the password")?;
        }
        if password.is_some() && user.is_none() && self.version == MqttVersion::V3 {
            let message = "a password without a user is of MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        Ok(ClientIdentity {
            client_id,
            user,
            password,
            will: will.transpose()?,
            connect: self.connect_packet(most_packet)?,
        })
    }

    fn client_id_template(
        &self,
        texts: &MqttTemplateCompiler,
        clients: usize,
        mode: MqttMode,
    ) -> Result<Template, Error> {
        let Some(text) = &self.client_id else {
            // Up to seven digits of a client: 23 bytes are what every broker takes.
            return MqttTemplateCompiler::compile_builtin(&format!(
                "hammer{:08x}-{{{{client}}}}",
                self.run_id
            ));
        };
        let template = texts.compile("client id", text)?;
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        let differs =
            [VariesBy::Hit, VariesBy::Slot, VariesBy::Client].map(|per| template.varies_by(per));
        if !differs.contains(&true) && (clients > 1 || mode == MqttMode::Connect) {
            let message = format!(
                "the client id {text:?} is the same for all clients, and brokers let only one in: \
                 add {{{{client}}}}"
            );
            return combination(message);
        }
        check_text_length(&template, "client id")?;
        if text.is_empty() && !self.clean_start {
            return combination("without a client id there is no session to come back to".into());
        }
        Ok(template)
    }

    fn connect_packet(self, most_packet: u32) -> Result<ConnectPacket, Error> {
        let Self {
            version,
            clean_start,
            keep_alive,
            session_expiry,
            will,
            ..
        } = self;
        if session_expiry.is_some() && version == MqttVersion::V3 {
            let message = "a session expiry is of MQTT 5: 3.1.1 has sessions that end with the \
                           connection (clean start) or never";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let has_session = match version {
            MqttVersion::V3 => !clean_start,
            MqttVersion::V5 => session_expiry.is_some_and(|seconds| seconds > 0),
        };
        if self.resend && !has_session {
            let message = "without a session there is nothing to send again: it needs one that the \
                           broker keeps (MQTT 5: a session expiry; 3.1.1: no clean start)";
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
            max_packet_size: most_packet,
        })
    }
}

impl MqttBuilder {
    /// The version of the protocol.
    pub fn version(mut self, version: MqttVersion) -> Self {
        self.session.version = version;
        self
    }

    /// The id of each client, a template. Where there are several clients they need several ids.
    pub fn client_id(mut self, template: impl Into<String>) -> Self {
        self.session.client_id = Some(template.into());
        self
    }

    /// Who to log in as, a template; unless set, the user of the URL.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.session.user = Some(user.into());
        self
    }

    /// The password to log in with, a template; unless set, that of the URL, or the token if the words
    /// have tokens; the user is `hammer` then unless it is set, for version 3.1.1 needs one.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.session.password = Some(SecretString(password.into()));
        self
    }

    /// Whether a connection begins a new session (in 3.1.1: a clean one). Where it goes on with the
    /// last one, this side sends nothing again, unless [`resend`](Self::resend) says so.
    pub fn clean_start(mut self, yes: bool) -> Self {
        self.session.clean_start = yes;
        self
    }

    /// How long the broker keeps a session without a connection, in seconds.
    pub fn session_expiry(mut self, seconds: u32) -> Self {
        self.session.session_expiry = Some(seconds);
        self
    }

    /// Whether messages in flight stay so when their connection is lost: a client that comes back to
    /// its session sends them again, marked as such and in order (MQTT 5.0 and 3.1.1, section 4.4),
    /// and their hits end with that answer. Where the broker has lost the session they fail.
    ///
    /// It needs a session that the broker keeps: in version 5 a
    /// [`session_expiry`](Self::session_expiry), in 3.1.1 no [`clean_start`](Self::clean_start). A
    /// clean start is one for the first connection of a client only.
    pub fn resend(mut self, yes: bool) -> Self {
        self.session.resend = yes;
        self
    }

    /// The longest silence on a connection, in seconds; 0 for none.
    pub fn keep_alive(mut self, seconds: u16) -> Self {
        self.session.keep_alive = seconds;
        self
    }

    /// What the broker is to publish for a client whose connection is lost: two templates, the payload
    /// if it is text.
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
