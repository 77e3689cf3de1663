//! A body of any length that must keep coming: whoever sends it slowly holds a place that others wait for.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{LocalBoxStream, unfold};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::unread::Incomplete;
use crate::error::Code;
use crate::failure::Failure;
use crate::settings::Deadlines;

/// So many bytes must come in a second.
const LEAST_A_SECOND: u128 = 16 * 1024;

/// A body that is held to it.
pub type Paced = LocalBoxStream<'static, Result<Bytes, Broken>>;

/// Why no more of it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the body is incomplete")]
    Incomplete,
    #[error("the body comes too slowly")]
    TooSlow,
    #[error("the body is too large")]
    TooLarge,
}

/// Holds a body to so many bytes at most, and to the pace of a file.
pub fn paced<Body>(body: Body, most: u64, deadlines: &Deadlines) -> Paced
where
    Body: Stream<Item = Result<Bytes, Incomplete>> + Unpin + 'static,
{
    let coming =
        Coming { body, left: most, pause: deadlines.body, pace: deadlines.pace, waited: Duration::ZERO, came: 0 };
    // What parses a form asks once more behind the end.
    unfold(coming, |mut coming| async move { Some((coming.next().await?, coming)) }).fuse().boxed_local()
}

struct Coming<Body> {
    body: Body,
    /// So many bytes may come yet.
    left: u64,
    /// No piece may be waited for so long.
    pause: Duration,
    /// When there was so much waiting, it is looked at how much came.
    pace: Duration,
    /// Since then. Time that the sender had to wait for us isn't theirs.
    waited: Duration,
    /// So many bytes since then.
    came: u128,
}

impl<Body: Stream<Item = Result<Bytes, Incomplete>> + Unpin> Coming<Body> {
    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        let silent_until = Instant::now() + self.pause;
        loop {
            let began = Instant::now();
            let judged_at = began + self.pace.saturating_sub(self.waited);
            let next = timeout_at(silent_until.min(judged_at), self.body.next()).await;
            self.waited += began.elapsed();
            let piece = match next {
                Ok(None) => return None,
                Ok(Some(Err(Incomplete))) => return Some(Err(Broken::Incomplete)),
                Ok(Some(Ok(piece))) => Some(piece),
                Err(_) if Instant::now() >= silent_until => return Some(Err(Broken::TooSlow)),
                Err(_) => None,
            };
            self.came += piece.as_ref().map_or(0, |piece| piece.len() as u128);
            if !self.keeps_pace() {
                return Some(Err(Broken::TooSlow));
            }
            if let Some(piece) = piece {
                return Some(self.within_bounds(piece));
            }
        }
    }

    fn keeps_pace(&mut self) -> bool {
        if self.waited < self.pace {
            return true;
        }
        let waited = std::mem::take(&mut self.waited);
        let came = std::mem::take(&mut self.came);
        came * 1_000 >= LEAST_A_SECOND * waited.as_millis()
    }

    fn within_bounds(&mut self, piece: Bytes) -> Result<Bytes, Broken> {
        self.left = self.left.checked_sub(piece.len() as u64).ok_or(Broken::TooLarge)?;
        Ok(piece)
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Incomplete => Self::told(Code::MalformedBody, "The body is incomplete."),
            Broken::TooSlow => Code::RequestTimeout.into(),
            Broken::TooLarge => Code::TooLarge.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream::{iter, pending, repeat_with};

    const LONG: Duration = Duration::from_secs(600);

    type Piece = Result<Bytes, Incomplete>;

    fn piece(length: usize) -> Piece {
        Ok(Bytes::from(vec![b'x'; length]))
    }

    async fn read(
        body: impl Stream<Item = Piece> + Unpin + 'static,
        most: u64,
        pause: Duration,
        pace: Duration,
    ) -> (u64, Option<Broken>) {
        let mut body = paced(body, most, &Deadlines { body: pause, pace, ..Deadlines::default() });
        let mut came = 0;
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => came += piece.len() as u64,
                Err(broken) => return (came, Some(broken)),
            }
        }
        (came, None)
    }

    #[tokio::test]
    async fn what_keeps_coming_is_read_to_its_end() {
        let pieces = || iter((0..4).map(|_| piece(25)));
        assert_eq!(read(pieces(), 100, LONG, LONG).await, (100, None));
        assert_eq!(read(pieces(), 99, LONG, LONG).await, (75, Some(Broken::TooLarge)));
        assert_eq!(read(iter([piece(5), Err(Incomplete)]), 100, LONG, LONG).await, (5, Some(Broken::Incomplete)));
    }

    #[tokio::test]
    async fn what_pauses_is_given_up() {
        let body = iter([piece(5)]).chain(pending());
        assert_eq!(read(body, 100, Duration::from_millis(1), LONG).await, (5, Some(Broken::TooSlow)));
    }

    /// However often a little of it comes.
    #[tokio::test]
    async fn what_comes_slowly_is_given_up() {
        let drops = Box::pin(repeat_with(|| piece(1)).then(|piece| async {
            tokio::task::yield_now().await;
            tokio::time::timeout(Duration::from_millis(1), std::future::pending::<()>()).await.unwrap_err();
            piece
        }));
        assert_eq!(read(drops, u64::MAX, LONG, Duration::from_millis(20)).await.1, Some(Broken::TooSlow));
        let body = iter([piece(5)]).chain(pending());
        assert_eq!(read(body, 100, LONG, Duration::from_millis(1)).await, (5, Some(Broken::TooSlow)));
    }
}
