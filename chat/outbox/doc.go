// Package outbox sends a chat message if and only if a database transaction commits.
//
// A program enqueues the message in the transaction that stores its own data, and a [Worker] sends it later, exactly once, in the order
// of its thread:
//
//	box, err := outbox.NewPostgres(pool)
//	err = box.Migrate(ctx)
//
//	tx, err := pool.Begin(ctx)
//	_, err = tx.Exec(ctx, "INSERT INTO orders …")
//	err = box.Enqueue(ctx, tx, outbox.Message{User: bot, ThreadID: thread, Key: "order-17", Content: "Your order is placed."})
//	err = tx.Commit(ctx)
//
//	worker, err := outbox.NewWorker(box, fleet, nil)
//	err = worker.Run(ctx)
//
// The queue is that of River in the same database. River is licensed under the MPL 2.0, its source is at
// https://github.com/riverqueue/river. With SQLite there is one working process, on the machine that has the file; with Postgres any
// number of workers on any number of machines.
//
// # Order and parallelism
//
// The messages of a thread are sent one after the other in the order in which their transactions have committed, and those of a
// transaction in the order in which they were enqueued. Threads are sent in parallel. A message that the service refuses for good is kept
// as failed, and the next message of the thread is sent. A message that cannot be sent for another reason is repeated, and those after it
// wait, until [Options.GiveUpAfter] has passed or [Outbox.Fail] is called.
//
// # Transactions
//
// Enqueue locks a row of the thread until the transaction of the caller ends. Other transactions that enqueue messages for the same thread
// wait for it; the worker does not, and goes on to send what is committed. Two transactions that enqueue messages for several threads in
// different orders can deadlock: Postgres ends one of them with 40P01, and with the isolation levels repeatable read and serializable it
// ends transactions with 40001. Repeat the transaction then, as with any other statement. On SQLite an open transaction that writes
// blocks all other writers of the file, including the worker.
//
// # Exactly once
//
// A worker sends with [chat.ThreadClient.SendMessageOnce], whose limits apply. After a worker was killed, or was separated from the
// database, another one takes over its threads: on Postgres within a second if the process has ended, and within some seconds if its machine
// or the network failed; on SQLite when it starts. A message that was being sent is searched for first; if it is not found, it is sent after
// [Options.ListingLag]. Each run over a thread has a generation, which is checked before each attempt to send, so that a worker that was only
// slow does not send what another one has taken over. If a process stands still for seconds between that check and its request, and has lost
// its connection to the database meanwhile, the message can be sent twice. So can a message whose outcome is unknown if the clocks of the
// database and of the workers have all been set back, by more than [Options.SearchMargin], before it is searched for.
//
// Workers of Postgres hold an advisory lock of their session. PgBouncer must not be in transaction mode between them and the database.
package outbox
