//! The CONNECT packet of clients: id, login and will, as templates.

use hammer_core::Failure;
use hammer_data::Template;
use hammer_net::SecretString;

use crate::packet::connect::ConnectPacket;
use crate::template::render_context::{MqttRenderContext, render_text};

/// The CONNECT packet that all clients share, and templates for the parts that differ.
pub(crate) struct ConnectPacketTemplate {
    /// The packet without the parts that are templates.
    pub(crate) connect: ConnectPacket,
    pub(crate) client_id: Template,
    pub(crate) user: Option<Template>,
    pub(crate) password: Option<Template>,
    /// The topic and payload of the will.
    pub(crate) will: Option<(Template, Template)>,
}

impl ConnectPacketTemplate {
    /// Renders the client id and the CONNECT packet.
    pub(crate) fn render(
        &self,
        context: &mut MqttRenderContext,
    ) -> Result<(String, ConnectPacket), Failure> {
        let id = render_text(&self.client_id, context)?;
        let mut connect = self.connect.clone();
        let mut optional = |template: &Option<Template>| {
            let template = template.as_ref();
            template
                .map(|template| render_text(template, context))
                .transpose()
        };
        connect.user = optional(&self.user)?;
        connect.password = optional(&self.password)?.map(SecretString);
        if let (Some(will), Some((topic, payload))) = (&mut connect.will, &self.will) {
            will.topic = render_text(topic, context)?;
            will.payload.clear();
            let rendered = payload.render(context, &mut will.payload);
            rendered.map_err(crate::template::render_context::no_value_failure)?;
        }
        Ok((id, connect))
    }

    /// Returns all templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let will = self
            .will
            .iter()
            .flat_map(|(topic, payload)| [topic, payload]);
        let login = self.user.iter().chain(&self.password);
        login.chain([&self.client_id]).chain(will)
    }
}
