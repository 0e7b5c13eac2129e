//! What clients say of themselves.

use hammer_core::Failure;
use hammer_data::Template;
use hammer_net::SecretString;

use crate::packet::connect::ConnectPacket;
use crate::render_context::{MqttRenderContext, render_text};

/// What all clients say, and templates of what each of them says.
pub(crate) struct ClientIdentity {
    /// Without what the others stand for.
    pub(crate) connect: ConnectPacket,
    pub(crate) client_id: Template,
    pub(crate) user: Option<Template>,
    pub(crate) password: Option<Template>,
    /// Topic and payload of the will.
    pub(crate) will: Option<(Template, Template)>,
}

impl ClientIdentity {
    /// The id of the client of this moment, and the rest of what it says.
    pub(crate) fn render(
        &self,
        moment: &mut MqttRenderContext,
    ) -> Result<(String, ConnectPacket), Failure> {
        let id = render_text(&self.client_id, moment)?;
        let mut connect = self.connect.clone();
        let mut optional = |template: &Option<Template>| {
            let template = template.as_ref();
            template
                .map(|template| render_text(template, moment))
                .transpose()
        };
        connect.user = optional(&self.user)?;
        connect.password = optional(&self.password)?.map(SecretString);
        if let (Some(will), Some((topic, payload))) = (&mut connect.will, &self.will) {
            will.topic = render_text(topic, moment)?;
            will.payload.clear();
            let rendered = payload.render(moment, &mut will.payload);
            rendered.map_err(crate::render_context::no_value_failure)?;
        }
        Ok((id, connect))
    }

    /// All templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let will = self
            .will
            .iter()
            .flat_map(|(topic, payload)| [topic, payload]);
        let login = self.user.iter().chain(&self.password);
        login.chain([&self.client_id]).chain(will)
    }
}
