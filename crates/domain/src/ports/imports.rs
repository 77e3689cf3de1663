use async_trait::async_trait;

use super::Result;
use crate::{
    Claim, ContactId, Import, ImportId, ImportState, Keyset, Lease, LeftAlone, NewImport, Page, Scope, Timestamp,
};

/// Imports as those see them whose they are. A scope reaches those of its client, or of all the user's clients.
///
/// An import goes with its client, and with the account. What is put here of the file, of the report and of what is
/// needed to undo it goes with it.
#[async_trait]
pub trait ImportJobs: Send + Sync {
    /// Begins to receive a file for the scope's client, or for the user's default one, unless so many of the user's
    /// imports are being received or wait already, or so much is staged already for everybody or for the user. It is given up when the
    /// lease is over and nothing more came: see [`Housekeeping::sweep`](super::Housekeeping::sweep).
    async fn receive(&self, scope: &Scope, import: NewImport, limits: StagingLimits, lease: Lease)
    -> Result<Receiving>;

    /// Takes the next piece of the file, which are numbered from 0, and renews the lease. A piece that is there already
    /// (as its answer was lost) is taken for the same.
    async fn stage(
        &self,
        scope: &Scope,
        id: ImportId,
        piece: StagedPiece,
        limits: StagingLimits,
        lease: Lease,
    ) -> Result<Staging>;

    /// The file is all there: from now on the import waits for its turn. `None`: it isn't being received.
    async fn submit(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>>;

    /// Gives up an import whose file isn't all there. What was staged goes when things are swept.
    async fn give_up(&self, scope: &Scope, id: ImportId) -> Result<()>;

    /// Begins an import whose rows are brought by whoever calls, or takes one over that was begun so and isn't at its
    /// end: failed, or left behind by a program that is gone. It is running then.
    async fn begin(&self, scope: &Scope, import: Beginning, lease: Lease) -> Result<Begun>;

    /// One import.
    async fn get(&self, scope: &Scope, id: ImportId) -> Result<Option<Import>>;

    /// A page of them, newest first (by id).
    async fn page(&self, scope: &Scope, keyset: Keyset<ImportId>) -> Result<Page<Import>>;

    /// A part of the report, which are numbered from 0 in the order of the rows; `None`: there are no more so far, or
    /// there is no such import.
    async fn report(&self, scope: &Scope, id: ImportId, part: u64) -> Result<Option<Vec<u8>>>;

    /// Contacts that were left as they are when the import was undone, by their ids.
    async fn left_alone(&self, scope: &Scope, id: ImportId, keyset: Keyset<ContactId>) -> Result<Page<LeftAlone>>;

    /// Ends it where it is: from now on no row of it goes in any more. One that is at its end already stays as it is.
    /// `None`: there is no such import.
    async fn cancel(&self, scope: &Scope, id: ImportId, times: EndTimes) -> Result<Option<Import>>;

    /// Lets a failed one whose file is still there wait for its turn again: it goes on behind the rows that are in.
    async fn resume(&self, scope: &Scope, id: ImportId) -> Result<Turned>;

    /// Has it undone: it waits for its turn, and then what it did is undone in steps.
    async fn undo(&self, scope: &Scope, id: ImportId) -> Result<Turned>;
}

/// How much may be staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StagingLimits {
    /// So many imports of one user may be received or wait at once.
    pub waiting: u32,
    /// So many bytes may be staged in the store at once, for everybody together.
    pub staged_bytes: u64,
    /// So many of them for one user.
    pub staged_bytes_of_user: u64,
}

/// What became of a file to be received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is nearly always the large one")]
pub enum Receiving {
    /// Its pieces may come.
    Begun(Import),
    /// So many of the user's imports are received or wait already as may.
    TooMany,
    /// So much is staged already as may be, for everybody or for the user.
    NoRoom,
    /// The scope's client is gone.
    ClientGone,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedPiece {
    /// From 0.
    pub number: u64,
    /// Up to [`StagedPiece::MOST`] of them.
    pub bytes: Vec<u8>,
}

impl StagedPiece {
    /// The most bytes of a piece.
    pub const MOST: usize = 512 * 1024;
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staging {
    /// It is there.
    Done,
    /// So much is staged already as may be.
    NoRoom,
    /// The import isn't received any more: it was cancelled, given up, or has gone with its client.
    Gone,
}

/// An import that is begun, or gone on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A new one, of the scope's client or of the user's default one.
    New(NewImport),
    /// One that is there.
    Again(ImportId),
}

/// What became of an import to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is the caller's to work on.
    Claimed(Box<Claim>),
    /// There is no such import, or its client is gone.
    Absent,
    /// It is in this state, from which it can't be gone on with, or isn't one whose rows the caller brings.
    NotNow(ImportState),
}

/// When an import came to its end, and when it is to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTimes {
    /// The present.
    pub ended_at: Timestamp,
    /// See [`Import::expires_at`].
    pub expires_at: Timestamp,
}

/// What became of an import that was to go on, or back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It waits for its turn.
    Done(Import),
    /// There is no such import.
    Absent,
    /// Not from where it stands: it isn't in such a state, its file is gone, or it has written nothing.
    NotNow(Import),
}
