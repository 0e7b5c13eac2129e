//! Values that the slots of one worker share.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// Values that the slots of one worker share, one of each type.
#[derive(Default)]
pub(crate) struct WorkerSharedValues(RefCell<Vec<Rc<dyn Any>>>);

impl WorkerSharedValues {
    /// Drops all values, some of which may own this storage in turn.
    pub(crate) fn clear(&self) {
        // The borrow has ended, so a value can use this storage while it is dropped.
        let values = self.0.take();
        drop(values);
    }

    /// Returns the value of type `T`, which the first call creates with `make`.
    pub(crate) fn get_or_init<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let find = || {
            let known = self.0.borrow();
            known.iter().find_map(|value| value.clone().downcast().ok())
        };
        find().unwrap_or_else(|| {
            let value = Rc::new(make());
            self.0.borrow_mut().push(value.clone());
            value
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type() {
        let locals = WorkerSharedValues::default();
        let first = locals.get_or_init(|| 1_u32);
        let other = locals.get_or_init(|| {
            let inner = locals.get_or_init(|| 7_u32);
            u64::from(*inner) + 1
        });
        assert_eq!((*first, *other), (1, 2));
        assert!(Rc::ptr_eq(&first, &locals.get_or_init(|| 3_u32)));
    }
}
