//! Rounds that write.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use roster_domain::{ContactId, Region, UserId, ports};
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};

use super::alone;
use super::asked::{self, Asked, Item as _};
use super::lease::Lease;
use super::queue::{Queue, Waiting};
use super::shared::{Purpose, Shared};
use super::side::{Side, Work};
use super::statements::{Change, Create, Remove};
use super::verdict::{Broken, Verdict};

/// So many writes at most go in a round.
const MOST_WRITES: usize = 256;

/// So often a round that met another transaction is done again.
const MEETINGS: u32 = 3;

/// Something that a round writes.
pub(super) trait Write: asked::Item {
    /// Whether it can be done once more when its answer was lost.
    const REPEATS: bool;

    /// Its answer was lost: from now on it reckons with being done already, however it goes on.
    fn may_be_done(&mut self) {}

    fn queued(asked: Asked<Self>) -> Item
    where
        Self: Sized;

    /// Which row it is about.
    fn contact(&self) -> ContactId;

    /// Its client is at home there: for the next guess, and what is derived is derived anew.
    fn learn_region(&mut self, shared: &Shared, region: Option<Region>);

    /// Does all of them, in one statement; the outcomes are in the order of the items. No row may stand twice.
    fn run(
        items: &[&Self],
        manner: Manner,
        connection: &mut PgConnection,
    ) -> impl Future<Output = sqlx::Result<Vec<ports::Result<Outcome<Self::Answer>>>>> + Send
    where
        Self: Sized;
}

/// How a write takes what others hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It waits for no lock: what is locked is [`Outcome::Busy`].
    Passing,
    /// It waits for locks, so it is for a single item. [`Outcome::Busy`] is what changed while it waited.
    Waiting,
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Outcome<A> {
    Done(A),
    /// Somebody holds a row that it needs; nothing was done.
    Busy,
    /// What was derived was derived under another region than this; nothing was done.
    OtherRegion(Option<Region>),
}

pub(super) enum Item {
    Create(Box<Asked<Create>>),
    Change(Box<Asked<Change>>),
    Remove(Asked<Remove>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Change,
    Remove,
}

impl Item {
    fn kind(&self) -> Kind {
        match self {
            Self::Create(_) => Kind::Create,
            Self::Change(_) => Kind::Change,
            Self::Remove(_) => Kind::Remove,
        }
    }

    fn contact(&self) -> ContactId {
        match self {
            Self::Create(asked) => asked.item.contact(),
            Self::Change(asked) => asked.item.contact(),
            Self::Remove(asked) => asked.item.contact(),
        }
    }
}

impl Waiting for Item {
    fn user(&self) -> UserId {
        match self {
            Self::Create(asked) => asked.item.user(),
            Self::Change(asked) => asked.item.user(),
            Self::Remove(asked) => asked.item.user(),
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Create(asked) => asked.item.weight(),
            Self::Change(asked) => asked.item.weight(),
            Self::Remove(asked) => asked.item.weight(),
        }
    }
}

#[derive(Default)]
pub(super) struct Writes {
    queue: Queue<Item>,
    /// Rows that a write is under way for, in a round or alone. Later ones wait here until it is back: a row's writes keep
    /// their order.
    away: HashSet<ContactId>,
}

pub(super) enum Batch {
    Creates(Vec<Asked<Create>>),
    Changes(Vec<Asked<Change>>),
    Removes(Vec<Asked<Remove>>),
}

impl Work for Writes {
    type Item = Item;
    type Batch = Batch;

    /// While one commits, the next round is written over the other.
    const CONNECTIONS: usize = 2;
    const WORTH_ANOTHER: usize = 8;
    const PURPOSE: Purpose = Purpose::Write;

    fn push(&mut self, item: Item) -> bool {
        self.queue.push(item)
    }

    fn take(&mut self) -> Option<Batch> {
        let mut kind = None;
        // A row stands in a round once, and nothing overtakes what came before it for the same row.
        let mut passed = HashSet::new();
        let away = &mut self.away;
        let taken = self.queue.take(MOST_WRITES, |item| {
            let row = item.contact();
            let is_free = !away.contains(&row) && !passed.contains(&row);
            let goes = is_free && item.kind() == *kind.get_or_insert(item.kind());
            if goes {
                away.insert(row);
            } else {
                passed.insert(row);
            }
            goes
        });
        Some(match kind? {
            Kind::Create => Batch::Creates(taken.into_iter().filter_map(creation).collect()),
            Kind::Change => Batch::Changes(taken.into_iter().filter_map(change).collect()),
            Kind::Remove => Batch::Removes(taken.into_iter().filter_map(removal).collect()),
        })
    }

    fn waiting(&self) -> usize {
        self.queue.len()
    }

    fn is_done(&self) -> bool {
        self.queue.is_empty() && self.away.is_empty()
    }

    async fn round(batch: Batch, lease: &mut Lease<Self>) {
        match batch {
            Batch::Creates(asked) => round(asked, lease).await,
            Batch::Changes(asked) => round(asked, lease).await,
            Batch::Removes(asked) => round(asked, lease).await,
        }
    }
}

fn creation(item: Item) -> Option<Asked<Create>> {
    if let Item::Create(asked) = item { Some(*asked) } else { None }
}

fn change(item: Item) -> Option<Asked<Change>> {
    if let Item::Change(asked) = item { Some(*asked) } else { None }
}

fn removal(item: Item) -> Option<Asked<Remove>> {
    if let Item::Remove(asked) = item { Some(asked) } else { None }
}

async fn round<W: Write>(asked: Vec<Asked<W>>, lease: &mut Lease<Writes>) {
    let rows = asked.iter().map(|asked| asked.item.contact()).collect();
    let mut away = Away { side: lease.side().clone(), rows };
    let mut batches = vec![asked];
    while let Some(mut batch) = batches.pop() {
        match attempt(&mut batch, lease).await {
            Ok(outcomes) => settle(batch, outcomes, &mut away),
            Err(broken) => match broken.verdict() {
                // So that the one that is at fault fails alone.
                Verdict::Item if batch.len() > 1 => {
                    batches.push(batch.split_off(batch.len() / 2));
                    batches.push(batch);
                }
                Verdict::Waited => batch.into_iter().for_each(|asked| go_alone(asked, &mut away)),
                _ => {
                    let error = broken.into_errors();
                    batch.into_iter().for_each(|asked| asked.answer(Err(error())));
                }
            },
        }
    }
}

/// Does them in one statement; again, where that can help and can't do anything twice.
async fn attempt<W: Write>(
    batch: &mut [Asked<W>],
    lease: &mut Lease<Writes>,
) -> Result<Vec<ports::Result<Outcome<W::Answer>>>, Broken> {
    let (mut anew, mut meetings) = (false, 0);
    loop {
        let items: Vec<&W> = batch.iter().map(|asked| &asked.item).collect();
        let mut connection = lease.take_out().await?;
        let answer = timeout(lease.deadline(), W::run(&items, Manner::Passing, &mut connection)).await;
        let broken = match lease.put_back(connection, answer) {
            Ok(outcomes) => return Ok(outcomes),
            Err(broken) => broken,
        };
        match broken.verdict() {
            Verdict::MetAnother if meetings < MEETINGS => {
                meetings += 1;
                sleep(apart(meetings)).await;
            }
            Verdict::Undone if !anew => anew = true,
            Verdict::Lost if !anew && W::REPEATS => {
                anew = true;
                batch.iter_mut().for_each(|asked| asked.item.may_be_done());
            }
            _ => return Err(broken),
        }
    }
}

/// A few milliseconds, other ones in each process, so that two that met don't meet again.
fn apart(meetings: u32) -> Duration {
    Duration::from_millis(u64::from(meetings * (1 + std::process::id() % 7)))
}

fn settle<W: Write>(batch: Vec<Asked<W>>, outcomes: Vec<ports::Result<Outcome<W::Answer>>>, away: &mut Away) {
    let mut back = Vec::new();
    for (mut asked, outcome) in batch.into_iter().zip(outcomes) {
        match outcome {
            Ok(Outcome::Done(answer)) => asked.answer(Ok(answer)),
            Ok(Outcome::Busy) => go_alone(asked, away),
            // It was accepted, so it is done, whoever waits for it: it goes in the next round.
            Ok(Outcome::OtherRegion(region)) => {
                asked.item.learn_region(&away.side.shared, region);
                back.push(W::queued(asked));
            }
            Err(error) => asked.answer(Err(error)),
        }
    }
    if !back.is_empty() {
        let mut state = away.side.lock();
        back.into_iter().rev().for_each(|item| state.work.queue.put_back(item));
    }
}

fn go_alone<W: Write>(asked: Asked<W>, away: &mut Away) {
    let alone = away.part(asked.item.contact());
    alone::write(&away.side.shared, asked, alone);
}

/// Rows that writes are under way for. They are free again when this is dropped.
pub(super) struct Away {
    side: Arc<Side<Writes>>,
    rows: Vec<ContactId>,
}

impl Away {
    /// Leaves one of them to be freed by itself.
    fn part(&mut self, row: ContactId) -> Self {
        self.rows.retain(|other| *other != row);
        Self { side: self.side.clone(), rows: vec![row] }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        self.side.came_back(|writes| {
            for row in &self.rows {
                writes.away.remove(row);
            }
        });
    }
}
