use std::fmt;
use std::sync::Arc;

use crate::credential::{CredentialError, TokenStore};
use crate::{Feeder, Template, VariesBy};

/// The words that templates of a run may use, besides those that every template has.
///
/// ```
/// use hammer_data::{VariesBy, Template, TemplateScope};
///
/// let words = TemplateScope::new().clients().variable("cart", VariesBy::Slot, None);
/// let template = Template::compile("/carts/{{cart}}", &words)?;
/// assert!(template.differs_by(VariesBy::Slot) && !template.differs_by(VariesBy::Hit));
/// # Ok::<(), hammer_data::TemplateError>(())
/// ```
#[derive(Clone)]
pub struct TemplateScope {
    pub(crate) feeders: Vec<(String, Arc<Feeder>)>,
    pub(crate) variables: Vec<ScopeVariable>,
    pub(crate) clients: bool,
    pub(crate) tokens: Option<Arc<TokenStore>>,
    pub(crate) literal: bool,
    pub(crate) environment: Arc<EnvironmentLookup>,
}

/// From the name of an environment variable to its value.
type EnvironmentLookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A variable of the embedder.
#[derive(Debug, Clone)]
pub(crate) struct ScopeVariable {
    pub(crate) name: String,
    pub(crate) varies_by: VariesBy,
    pub(crate) max_bytes: Option<usize>,
}

impl TemplateScope {
    /// No feeders and no variables.
    #[must_use]
    pub fn new() -> Self {
        Self {
            feeders: vec![],
            variables: vec![],
            clients: false,
            tokens: None,
            literal: false,
            environment: Arc::new(|name| std::env::var(name).ok()),
        }
    }

    /// With the columns of a feeder, as `{{name.column}}`; `{{name}}` will do if it has only one.
    #[must_use]
    pub fn feeder(mut self, name: &str, feeder: Arc<Feeder>) -> Self {
        self.feeders.push((name.to_owned(), feeder));
        self
    }

    /// With a variable of the embedder's own, which says what it stands for in
    /// [`TemplateContext::variable`](crate::TemplateContext::variable): the first one has index 0.
    ///
    /// `per` says what its value depends on, and `most_bytes` how long it may be, if that is known.
    #[must_use]
    pub fn variable(mut self, name: &str, varies_by: VariesBy, max_bytes: Option<usize>) -> Self {
        self.variables.push(ScopeVariable {
            name: name.to_owned(),
            varies_by,
            max_bytes,
        });
        self
    }

    /// With `{{client}}`, for hammers whose clients are not their slots.
    #[must_use]
    pub fn with_clients(mut self) -> Self {
        self.clients = true;
        self
    }

    /// With `{{token}}`, the token for the hit that is valid when it is rendered.
    ///
    /// Whoever takes such words waits for [`ready`](Self::ready) before the first hit, and has
    /// [`doubts`](Self::doubts) after the last.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<TokenStore>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// With texts that stand as they are, `{{` and all.
    #[must_use]
    pub fn literal(mut self, literal: bool) -> Self {
        self.literal = literal;
        self
    }

    /// The tokens, if there are any.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<TokenStore>> {
        self.tokens.as_ref()
    }

    /// Whether a name means something already, here or in other templates: that of a function, a
    /// variable or a feeder.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        let mut variables = self.variables.iter();
        Template::has_function(name)
            || variables.any(|variable| variable.name == name)
            || self.feeders.iter().any(|(known, _)| known == name)
    }

    /// Fetches the first tokens, if there are to be any, and waits for them.
    ///
    /// # Errors
    ///
    /// The first that a source of them has.
    pub async fn ready(&self) -> Result<(), CredentialError> {
        match &self.tokens {
            Some(tokens) => tokens.ready().await,
            None => Ok(()),
        }
    }

    /// What a report has to say of them: that tokens could not be renewed.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let tokens = self.tokens.as_ref();
        tokens.map_or_else(Vec::new, |tokens| tokens.warnings())
    }

    /// With another environment for `{{env NAME}}` than that of the process.
    #[must_use]
    pub fn environment(
        mut self,
        get: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Arc::new(get);
        self
    }
}

impl Default for TemplateScope {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TemplateScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateScope")
            .field("feeders", &self.feeders)
            .field("variables", &self.variables)
            .field("clients", &self.clients)
            .field("tokens", &self.tokens)
            .field("literal", &self.literal)
            .finish_non_exhaustive()
    }
}
