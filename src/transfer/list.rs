//! A whole listing, page by page, in constant memory.

use std::cell::Cell;

use super::{Engine, retry};
use crate::error::{Error, Kind, Result};
use crate::store::buckets::Bucket;
use crate::store::list::{ListDepth, ListEntry, ListOptions, PageToken, TimeRequest};

/// The entries of a listing in the order of the store. The next page is requested when the entries of the last one have been
/// taken. Ends after an error.
pub struct Listing {
    pages: Pages<ListEntry>,
    prefix: String,
    depth: ListDepth,
    times: TimeRequest,
    /// A page was incomplete.
    is_incomplete: Cell<bool>,
}

impl Listing {
    /// All blobs whose keys begin with `prefix`.
    pub fn new(engine: &Engine, prefix: impl Into<String>) -> Self {
        Self {
            pages: Pages::new(engine),
            prefix: prefix.into(),
            depth: ListDepth::All,
            times: TimeRequest::IfFree,
            is_incomplete: Cell::new(false),
        }
    }

    /// Returns whether the store left out names that cannot be keys, so far.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete.get()
    }

    /// The same to another depth.
    #[must_use]
    pub fn with_depth(self, depth: ListDepth) -> Self {
        Self { depth, ..self }
    }

    /// The same with other times.
    #[must_use]
    pub fn with_times(self, times: TimeRequest) -> Self {
        Self { times, ..self }
    }
}

impl Iterator for Listing {
    type Item = Result<ListEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let options = ListOptions {
            prefix: &self.prefix,
            depth: self.depth,
            times: self.times,
        };
        let is_incomplete = &self.is_incomplete;
        self.pages.next(|engine, token| {
            let page = engine.store.list(&options, token)?;
            is_incomplete.set(is_incomplete.get() || page.is_incomplete);
            Ok((page.entries, page.next))
        })
    }
}

/// The buckets of a service, like [`Listing`].
pub struct BucketListing(Pages<Bucket>);

impl BucketListing {
    /// All buckets of the service. A store without buckets is a usage error.
    pub fn new(engine: &Engine) -> Self {
        Self(Pages::new(engine))
    }
}

impl Iterator for BucketListing {
    type Item = Result<Bucket>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next(|engine, token| {
            let lister = engine.store.buckets();
            let lister =
                lister.ok_or_else(|| Error::new(Kind::Usage, "the store has no buckets"))?;
            let page = lister.list_buckets(token)?;
            Ok((page.buckets, page.next))
        })
    }
}

/// The entries of a page, and the token of the next one.
type PageOf<T> = (Vec<T>, Option<PageToken>);

/// The pages of a listing, one at a time.
struct Pages<T> {
    engine: Engine,
    page: std::vec::IntoIter<T>,
    position: Position,
}

/// The page to request next.
enum Position {
    First,
    After(PageToken),
    End,
}

impl<T> Pages<T> {
    fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            page: Vec::new().into_iter(),
            position: Position::First,
        }
    }

    /// Returns the next entry; `request` returns a page.
    fn next(
        &mut self,
        request: impl Fn(&Engine, Option<&PageToken>) -> Result<PageOf<T>>,
    ) -> Option<Result<T>> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            let token = match &self.position {
                Position::First => None,
                Position::After(token) => Some(token),
                Position::End => return None,
            };
            let engine = &self.engine;
            let turned = engine
                .cancel
                .check()
                .and_then(|()| retry::run(engine, || request(engine, token), || 0));
            match turned.map(|done| done.value) {
                Ok((entries, next)) => {
                    self.page = entries.into_iter();
                    self.position = next.map_or(Position::End, Position::After);
                }
                Err(error) => {
                    self.position = Position::End;
                    return Some(Err(error));
                }
            }
        }
    }
}
