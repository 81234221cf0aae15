//! A whole listing, page by page, in constant memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ahead::Ahead;
use super::{Engine, retry};
use crate::error::{Error, Kind, Result};
use crate::store::buckets::Bucket;
use crate::store::list::{ListDepth, ListEntry, ListOptions, PageToken, TimeRequest};

/// The entries of a listing in the order of the store. Ends after an error.
pub struct Listing {
    pages: Pages<ListEntry>,
    /// A page was incomplete.
    is_incomplete: Arc<AtomicBool>,
}

impl Listing {
    /// The blobs whose keys begin with `prefix`, with `depth` and `times` as in [`ListOptions`].
    pub fn new(engine: &Engine, prefix: String, depth: ListDepth, times: TimeRequest) -> Self {
        let is_incomplete = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_incomplete);
        let pages = Pages::new(engine, move |engine, token| {
            let options = ListOptions {
                prefix: &prefix,
                depth,
                times,
            };
            let page = engine.store.list(&options, token)?;
            flag.fetch_or(page.is_incomplete, Ordering::Relaxed);
            Ok((page.entries, page.next))
        });
        Self {
            pages,
            is_incomplete,
        }
    }

    /// Returns whether the store left out names that cannot be keys, so far.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete.load(Ordering::Relaxed)
    }
}

impl Iterator for Listing {
    type Item = Result<ListEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pages.next()
    }
}

/// The buckets of a service, like [`Listing`].
pub struct BucketListing(Pages<Bucket>);

impl BucketListing {
    /// All buckets of the service. A store without buckets is a usage error.
    pub fn new(engine: &Engine) -> Self {
        Self(Pages::new(engine, |engine, token| {
            let lister = engine.store.buckets();
            let lister =
                lister.ok_or_else(|| Error::new(Kind::Usage, "the store has no buckets"))?;
            let page = lister.list_buckets(token)?;
            Ok((page.buckets, page.next))
        }))
    }
}

impl Iterator for BucketListing {
    type Item = Result<Bucket>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// The entries of a page, and the token of the next one.
type PageOf<T> = (Vec<T>, Option<PageToken>);

/// The pages of a listing.
struct Pages<T> {
    page: std::vec::IntoIter<T>,
    position: Position<T>,
}

/// The page to take next.
enum Position<T> {
    /// It is requested when it is needed.
    After(PageRequest<T>, Option<PageToken>),
    /// A thread requests it while the entries of the last one are taken.
    Requested(Ahead<Result<PageOf<T>>>),
    End,
}

/// The request for a page.
struct PageRequest<T> {
    engine: Engine,
    send: Box<SendRequest<T>>,
}

/// Requests the page of a token; the first one without a token.
type SendRequest<T> = dyn Fn(&Engine, Option<&PageToken>) -> Result<PageOf<T>> + Send;

impl<T: Send + 'static> Pages<T> {
    /// `send` requests the page of a token.
    fn new(
        engine: &Engine,
        send: impl Fn(&Engine, Option<&PageToken>) -> Result<PageOf<T>> + Send + 'static,
    ) -> Self {
        let request = PageRequest {
            engine: engine.clone(),
            send: Box::new(send),
        };
        Self {
            page: Vec::new().into_iter(),
            position: Position::After(request, None),
        }
    }

    /// Takes the next page; `None` at the end.
    fn turn(&mut self) -> Option<Result<()>> {
        let turned = match std::mem::replace(&mut self.position, Position::End) {
            Position::After(request, token) => self.request(request, token.as_ref()),
            Position::Requested(pages) => self.receive(pages),
            Position::End => return None,
        };
        Some(turned)
    }

    fn request(&mut self, request: PageRequest<T>, token: Option<&PageToken>) -> Result<()> {
        let (entries, next) = request.page(token)?;
        self.page = entries.into_iter();
        self.position = match next {
            None => Position::End,
            Some(token @ PageToken::Text(_)) => Position::Requested(request.continue_after(token)?),
            // The store would need a connection more than the transfers, which an FTP server may refuse.
            Some(token @ PageToken::Tree(_)) => Position::After(request, Some(token)),
        };
        Ok(())
    }

    fn receive(&mut self, mut pages: Ahead<Result<PageOf<T>>>) -> Result<()> {
        if let Some(received) = pages.next() {
            self.page = received?.0.into_iter();
            self.position = Position::Requested(pages);
        }
        Ok(())
    }

    /// Takes the next entry.
    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            if let Err(error) = self.turn()? {
                return Some(Err(error));
            }
        }
    }
}

impl<T: Send + 'static> PageRequest<T> {
    fn page(&self, token: Option<&PageToken>) -> Result<PageOf<T>> {
        let engine = &self.engine;
        engine.cancel.check()?;
        let done = retry::run(engine, || (self.send)(engine, token), || 0)?;
        Ok(done.value)
    }

    /// Requests the pages after `token` on a thread, one page ahead, until the end or until the result is dropped.
    ///
    /// All these pages are parsed on one thread, because each worker that parsed one would keep as much memory.
    fn continue_after(self, token: PageToken) -> Result<Ahead<Result<PageOf<T>>>> {
        let mut next = Some(token);
        let pages = std::iter::from_fn(move || {
            let page = self.page(Some(&next.take()?));
            next = page.as_ref().ok().and_then(|(_, next)| next.clone());
            Some(page)
        });
        Ahead::start(pages, 0)
    }
}
