//! A whole listing, page by page, in constant memory.

use super::{Engine, retry};
use crate::error::Result;
use crate::store::list::{ListDepth, ListEntry, ListOptions, PageToken, TimeRequest};

/// The entries of a listing in the order of the store. The next page is requested when the entries of the last one have been
/// taken. Ends after an error.
pub struct Listing {
    engine: Engine,
    prefix: String,
    depth: ListDepth,
    times: TimeRequest,
    page: std::vec::IntoIter<ListEntry>,
    position: Position,
}

/// The page to request next.
enum Position {
    First,
    After(PageToken),
    End,
}

impl Listing {
    /// All blobs whose keys begin with `prefix`.
    pub fn new(engine: &Engine, prefix: impl Into<String>) -> Self {
        Self {
            engine: engine.clone(),
            prefix: prefix.into(),
            depth: ListDepth::All,
            times: TimeRequest::IfFree,
            page: Vec::new().into_iter(),
            position: Position::First,
        }
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

    /// Requests the next page.
    fn turn_page(&mut self) -> Result<()> {
        let token = match &self.position {
            Position::First => None,
            Position::After(token) => Some(token),
            Position::End => return Ok(()),
        };
        let options = ListOptions {
            prefix: &self.prefix,
            depth: self.depth,
            times: self.times,
        };
        let page = retry::run(
            &self.engine,
            || self.engine.store.list(&options, token),
            || 0,
        )?
        .value;
        self.page = page.entries.into_iter();
        self.position = page.next.map_or(Position::End, Position::After);
        Ok(())
    }
}

impl Iterator for Listing {
    type Item = Result<ListEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            if matches!(self.position, Position::End) {
                return None;
            }
            let turned = self.engine.cancel.check().and_then(|()| self.turn_page());
            if let Err(error) = turned {
                self.position = Position::End;
                return Some(Err(error));
            }
        }
    }
}
