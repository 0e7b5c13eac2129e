//! Names that templates can use in addition to the built-in functions.

use std::fmt;
use std::sync::Arc;

use crate::credential::{CredentialError, TokenStore};
use crate::{Feeder, Template, VariesBy};

/// The names that templates of a run can use, in addition to the built-in functions.
///
/// ```
/// use hammer_data::{Template, TemplateScope, VariesBy};
///
/// let scope = TemplateScope::new().with_clients().variable("cart", VariesBy::Slot, None);
/// let template = Template::compile("/carts/{{cart}}", &scope)?;
/// assert!(template.depends_on(VariesBy::Slot) && !template.depends_on(VariesBy::Hit));
/// # Ok::<(), hammer_data::Diagnostic>(())
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

/// Returns the value of an environment variable by its name.
type EnvironmentLookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A variable that the hammer defines.
#[derive(Debug, Clone)]
pub(crate) struct ScopeVariable {
    pub(crate) name: String,
    pub(crate) varies_by: VariesBy,
    pub(crate) max_bytes: Option<usize>,
}

impl TemplateScope {
    /// Creates a scope without feeders and variables.
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

    /// Adds the columns of a feeder as `{{name.column}}`, or as `{{name}}` if it has only one column.
    #[must_use]
    pub fn feeder(mut self, name: &str, feeder: Arc<Feeder>) -> Self {
        self.feeders.push((name.to_owned(), feeder));
        self
    }

    /// Adds a variable whose value [`TemplateContext::variable`](crate::TemplateContext::variable)
    /// returns. The first variable has index 0.
    ///
    /// Its value depends on `varies_by`, and has at most `max_bytes` if that is known.
    #[must_use]
    pub fn variable(mut self, name: &str, varies_by: VariesBy, max_bytes: Option<usize>) -> Self {
        self.variables.push(ScopeVariable {
            name: name.to_owned(),
            varies_by,
            max_bytes,
        });
        self
    }

    /// Adds `{{client}}`, for hammers whose clients are not their slots.
    #[must_use]
    pub fn with_clients(mut self) -> Self {
        self.clients = true;
        self
    }

    /// Adds `{{token}}`, the token that is current when the hit is rendered.
    ///
    /// The hammer must wait for [`ready`](Self::ready) before the first hit, and report
    /// [`warnings`](Self::warnings) after the last one.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<TokenStore>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Turns templates off if `literal` is true: every text is then used unchanged, including `{{`.
    #[must_use]
    pub fn literal(mut self, literal: bool) -> Self {
        self.literal = literal;
        self
    }

    /// Returns the tokens, if there are any.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<TokenStore>> {
        self.tokens.as_ref()
    }

    /// Returns true if `name` is the name of a built-in function, even one that this scope lacks, or of
    /// a variable or feeder of this scope.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        let mut variables = self.variables.iter();
        Template::has_function(name)
            || variables.any(|variable| variable.name == name)
            || self.feeders.iter().any(|(known, _)| known == name)
    }

    /// Fetches the first tokens, if the scope has any, and waits for them.
    ///
    /// # Errors
    ///
    /// The first error of a token source.
    pub async fn ready(&self) -> Result<(), CredentialError> {
        match &self.tokens {
            Some(tokens) => tokens.ready().await,
            None => Ok(()),
        }
    }

    /// Returns a sentence for the report if tokens could not be renewed.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let tokens = self.tokens.as_ref();
        tokens.map_or_else(Vec::new, |tokens| tokens.warnings())
    }

    /// Replaces the environment of the process for `{{env NAME}}`.
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
