//! The queue before the sequencer: messages that wait while a batch is committed go into the next one together.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Act, Outcome, Sequencer, SequencerError};
use crate::intake::Message;

/// Messages of one transaction.
const BATCH_MAX: usize = 64;
/// Messages that may wait.
const QUEUE_MAX: usize = 1_024;

/// Why a message has no outcome.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QueueError {
    /// Too many wait already.
    #[error("too many messages wait for the sequencer")]
    Full,
    /// The batch failed; whether it was stored, nobody knows.
    #[error("the sequencer failed")]
    Failed(#[source] Arc<SequencerError>),
    /// The sequencer has ended.
    #[error("the sequencer has ended")]
    Ended,
}

type Answer = oneshot::Sender<Result<Outcome, QueueError>>;

/// The way to the sequencer.
#[derive(Clone)]
pub struct Queue {
    jobs: mpsc::Sender<(Message, Answer)>,
}

impl Queue {
    /// Starts the task that owns the sequencer; it ends when the last `Queue` is dropped.
    pub fn start(sequencer: Sequencer) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(run(sequencer, waiting));
        Self { jobs }
    }

    /// Waits for a message's outcome.
    pub async fn submit(&self, message: Message) -> Result<Outcome, QueueError> {
        let (answer, outcome) = oneshot::channel();
        self.jobs.try_send((message, answer)).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => QueueError::Full,
            mpsc::error::TrySendError::Closed(_) => QueueError::Ended,
        })?;
        outcome.await.map_err(|_| QueueError::Ended)?
    }
}

async fn run(mut sequencer: Sequencer, mut waiting: mpsc::Receiver<(Message, Answer)>) {
    let mut jobs = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut jobs, BATCH_MAX).await > 0 {
        let (messages, answers): (Vec<Message>, Vec<Answer>) = jobs.drain(..).unzip();
        let acts: Vec<Act> = messages.into_iter().map(Act::Message).collect();
        // a caller who has gone away still gets the message stored: an answer that nobody hears is no failure
        match sequencer.commit(&acts).await {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _ = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let _ = answer.send(Err(QueueError::Failed(error.clone())));
                }
            }
        }
    }
}
