use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// What the slots of one worker share, one of each type.
#[derive(Default)]
pub(crate) struct WorkerLocals(RefCell<Vec<Rc<dyn Any>>>);

impl WorkerLocals {
    /// Forgets all, which may hold on to this in turn.
    pub(crate) fn clear(&self) {
        // Dropped when it can be asked again, in case something asks.
        let known = self.0.take();
        drop(known);
    }

    /// The one of type `T`; `make` makes it for the first that asks.
    pub(crate) fn get_or_init<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let find = || {
            let known = self.0.borrow();
            known.iter().find_map(|one| one.clone().downcast().ok())
        };
        find().unwrap_or_else(|| {
            let made = Rc::new(make());
            self.0.borrow_mut().push(made.clone());
            made
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_type() {
        let commons = WorkerLocals::default();
        let first = commons.get_or_init(|| 1_u32);
        let other = commons.get_or_init(|| {
            let inner = commons.get_or_init(|| 7_u32);
            u64::from(*inner) + 1
        });
        assert_eq!((*first, *other), (1, 2));
        assert!(Rc::ptr_eq(&first, &commons.get_or_init(|| 3_u32)));
    }
}
