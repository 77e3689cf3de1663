//! Steps out of a body that comes as lines: read until there are enough of them, or whoever sends them has paused.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::lines::{Line, Lines};
use crate::upload::Incomplete;

/// So many operations make a full step.
const STEP_OPERATIONS: usize = 1_000;

/// And so do so many bytes, beside which one more line may stand.
const STEP_BYTES: usize = 1024 * 1024;

/// A step that isn't full waits for more until so long after its first operation: whoever waits for an answer before
/// going on gets one, and so does whoever goes on without a pause, however slowly.
const PAUSE: Duration = Duration::from_millis(50);

/// Lines to be done together, each with its number from 1.
#[derive(Debug, Default)]
pub struct Step {
    pub lines: Vec<(u64, Line)>,
    bytes: usize,
}

impl Step {
    fn is_full(&self) -> bool {
        self.lines.len() >= STEP_OPERATIONS || self.bytes >= STEP_BYTES
    }

    /// Lines that hold nothing are passed over.
    fn add(&mut self, number: u64, line: Line) {
        if let Line::Text(text) = &line {
            if text.iter().all(u8::is_ascii_whitespace) {
                return;
            }
            self.bytes += text.len();
        }
        self.lines.push((number, line));
    }
}

/// Why there is no next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivenUp {
    #[error("nothing to be done came for too long")]
    Silent,
    #[error("it ended before its end")]
    Incomplete,
}

/// Where steps are cut.
pub struct Steps<Body> {
    body: Body,
    lines: Lines,
    /// So many lines were read, those that hold nothing among them.
    read: u64,
    has_ended: bool,
    /// A step's first operation is waited for so long, whatever comes that is none.
    patience: Duration,
    pause: Duration,
}

impl<Body: Stream<Item = Result<Bytes, Incomplete>> + Unpin> Steps<Body> {
    /// No line may have more bytes than this.
    pub fn of(body: Body, most: usize, patience: Duration) -> Self {
        let lines = Lines::of_at_most(most);
        Self { body, lines, read: 0, has_ended: false, patience, pause: PAUSE }
    }

    /// Whether the latest step is the last one.
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Reads the lines of the next step. Only the last one may be empty.
    pub async fn next(&mut self) -> Result<Step, GivenUp> {
        let mut step = Step::default();
        let mut until = Instant::now() + self.patience;
        while !step.is_full() {
            if let Some(line) = self.lines.ended() {
                let was_empty = step.lines.is_empty();
                self.read += 1;
                step.add(self.read, line);
                if was_empty && !step.lines.is_empty() {
                    until = Instant::now() + self.pause;
                }
                continue;
            }
            match self.piece(until).await {
                Some(Some(piece)) => self.lines.push(&piece.map_err(|_| GivenUp::Incomplete)?),
                Some(None) => {
                    if let Some(line) = self.lines.last() {
                        self.read += 1;
                        step.add(self.read, line);
                    }
                    self.has_ended = true;
                    break;
                }
                None if step.lines.is_empty() => return Err(GivenUp::Silent),
                None => break,
            }
        }
        Ok(step)
    }

    /// What comes next, or `None` once it is so late. A timeout asks for the piece first, so alone it wouldn't end
    /// where there is always one.
    async fn piece(&mut self, until: Instant) -> Option<Option<Body::Item>> {
        if Instant::now() >= until {
            return None;
        }
        timeout_at(until, self.body.next()).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream::{iter, pending, repeat};

    const LONG: Duration = Duration::from_secs(600);

    type Piece = Result<Bytes, Incomplete>;

    fn piece(text: &'static str) -> Piece {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    fn steps<Body: Stream<Item = Piece> + Unpin>(body: Body, patience: Duration, pause: Duration) -> Steps<Body> {
        Steps { pause, ..Steps::of(body, 4, patience) }
    }

    fn numbers(step: &Step) -> Vec<u64> {
        step.lines.iter().map(|(number, _)| *number).collect()
    }

    /// Neither blank lines nor a line that never ends keep those waiting that came whole.
    #[tokio::test]
    async fn what_came_is_done_though_pieces_keep_coming() {
        for more in ["\n", "x"] {
            let body = iter([piece("\na\n")]).chain(repeat(piece(more)));
            let step = steps(body, LONG, Duration::ZERO).next().await.unwrap();
            assert_eq!(numbers(&step), [2], "{more:?}");
        }
    }

    #[tokio::test]
    async fn a_step_without_operations_is_given_up_though_pieces_keep_coming() {
        for piece in ["\n", "x", " ", ""].map(piece) {
            let given_up = steps(repeat(piece), Duration::from_millis(1), LONG).next().await;
            assert_eq!(given_up.unwrap_err(), GivenUp::Silent);
        }
        let given_up = steps(pending(), Duration::ZERO, LONG).next().await;
        assert_eq!(given_up.unwrap_err(), GivenUp::Silent);
    }

    #[tokio::test]
    async fn a_full_step_waits_for_nothing() {
        let line = || piece("a\n");
        let mut steps = steps(iter((0..1_001).map(|_| line())), LONG, LONG);
        let first = steps.next().await.unwrap();
        assert_eq!((first.lines.len(), steps.has_ended()), (1_000, false));
        let last = steps.next().await.unwrap();
        assert_eq!((numbers(&last), steps.has_ended()), (vec![1_001], true));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told() {
        let body = iter([piece("a\n"), Err(Incomplete)]);
        assert_eq!(steps(body, LONG, LONG).next().await.unwrap_err(), GivenUp::Incomplete);
    }
}
