use std::fmt;
use std::sync::Arc;

use crate::{Feeder, Per};

/// The words that templates of a run may use, besides those that every template has.
///
/// ```
/// use hammer_data::{Per, Template, Words};
///
/// let words = Words::new().clients().variable("token", Per::Slot, None);
/// let template = Template::compile("Bearer {{token}}", &words)?;
/// assert!(template.differs_by(Per::Slot) && !template.differs_by(Per::Hit));
/// # Ok::<(), hammer_data::TemplateError>(())
/// ```
#[derive(Clone)]
pub struct Words {
    pub(crate) feeders: Vec<(String, Arc<Feeder>)>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) clients: bool,
    pub(crate) environment: Arc<Environment>,
}

/// From the name of an environment variable to its value.
type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A variable of the embedder.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) per: Per,
    pub(crate) most_bytes: Option<usize>,
}

impl Words {
    /// No feeders and no variables.
    #[must_use]
    pub fn new() -> Self {
        Self {
            feeders: vec![],
            variables: vec![],
            clients: false,
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
    /// [`Context::variable`](crate::Context::variable): the first one has index 0.
    ///
    /// `per` says what its value depends on, and `most_bytes` how long it may be, if that is known.
    #[must_use]
    pub fn variable(mut self, name: &str, per: Per, most_bytes: Option<usize>) -> Self {
        self.variables.push(Variable {
            name: name.to_owned(),
            per,
            most_bytes,
        });
        self
    }

    /// With `{{client}}`, for hammers whose clients are not their slots.
    #[must_use]
    pub fn clients(mut self) -> Self {
        self.clients = true;
        self
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

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words")
            .field("feeders", &self.feeders)
            .field("variables", &self.variables)
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}
