//! Items that are found on a thread of their own, a bounded number of them before they are needed.

use std::sync::mpsc::{Receiver, sync_channel};

use super::workers;
use crate::error::Result;

/// The items of an iterator that runs on another thread, at most `most` items ahead.
pub struct Ahead<T> {
    found: Receiver<Option<T>>,
    has_ended: bool,
}

impl<T: Send + 'static> Ahead<T> {
    /// Starts the thread. It ends with `items`, or when the result is dropped.
    pub fn start(items: impl Iterator<Item = T> + Send + 'static, most: usize) -> Result<Self> {
        let (sender, receiver) = sync_channel(most);
        workers::start_thread(move || {
            for item in items.map(Some).chain([None]) {
                if sender.send(item).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            found: receiver,
            has_ended: false,
        })
    }
}

impl<T> Iterator for Ahead<T> {
    type Item = T;

    /// # Panics
    ///
    /// If the thread has panicked: its items are not all.
    fn next(&mut self) -> Option<T> {
        if self.has_ended {
            return None;
        }
        let Ok(item) = self.found.recv() else {
            panic!("the thread that finds the items has panicked");
        };
        self.has_ended = item.is_none();
        item
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn all_items_arrive_in_order_and_few_are_ahead() {
        let found = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&found);
        let items = (0..1000).inspect(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let mut ahead = Ahead::start(items, 10).unwrap();
        for expected in 0..1000 {
            assert_eq!(ahead.next(), Some(expected));
            // Those in the channel, one that waits for room, and one that has left it.
            assert!(found.load(Ordering::SeqCst) <= expected + 12);
        }
        assert_eq!((ahead.next(), ahead.next()), (None, None));
    }

    #[test]
    #[should_panic(expected = "has panicked")]
    fn a_panic_is_not_the_end_of_the_items() {
        let items = (0..5).inspect(|item| assert_ne!(*item, 3));
        assert_eq!(Ahead::start(items, 1).unwrap().count(), 3);
    }
}
