import type { CloudEvent } from '@plinth/kernel'

/**
 * What carries events from the outbox of one domain to the consumers of the others: at least once, to
 * every queue that is bound to the event's type, in no promised order. The broker keeps no message in
 * memory for later: while it is away publishing fails at once, because the outbox is the queue.
 */
export interface Broker extends AsyncDisposable {
  /** Prefix of everything this broker makes, so that several shops share one server. */
  readonly namespace: string
  status(): BrokerStatus
  /** Binds queues that somebody else makes stand: what is published from then on waits for them. */
  bind(queues: readonly Queue[]): Promise<void>
  /** Binds the queues and makes them stand. Resolves once they do, however long the broker is away. */
  declare(queues: readonly Queue[]): Promise<void>
  /**
   * Hands the messages over: one outcome each, in their order. Rejects when the broker cannot be reached
   * or does not answer within 5 s; what happened to the messages is then unknown.
   */
  publish(messages: readonly Message[]): Promise<Outcome[]>
  /** Takes messages from a queue, up to `concurrency` at a time, until the subscription is disposed. */
  subscribe(queue: Queue & { readonly concurrency?: number }, deliver: Deliver): BoundSubscription
  /**
   * Puts one message into one queue, for a first attempt: what replaying a dead letter means. Rejects
   * when there is no such queue or the broker is away.
   *
   * @param event the envelope as the dead letter kept it; a string stands for text that was not JSON
   */
  redeliver(queue: string, event: unknown): Promise<void>
  /**
   * Hands over what is dead until `store` has kept it. A broker that keeps dead letters in PostgreSQL by
   * itself has nothing to hand over.
   */
  collectDead(store: (dead: DeadMessage) => Promise<void>): Subscription
}

/** Whether publishing can work right now, and if not, why. */
export type BrokerStatus = { readonly up: true } | { readonly up: false; readonly reason: string }

/** A queue and the event types that reach it. Bindings are written down, and never taken away. */
export interface Queue {
  /** The consumer's name, without the namespace: `payments.refund-cancelled-order`. */
  readonly queue: string
  /** As in `orders.cancelled`. */
  readonly types: readonly string[]
}

/** An event on its way to whoever is bound to its type. */
export interface Message {
  readonly event: CloudEvent
  /** Whether some queue must take it; an announcement need not be taken by anybody. */
  readonly mandatory: boolean
}

/** The broker has the message safely in every queue that is bound to its type, or it is {@link Unroutable}. */
export type Outcome = 'confirmed' | Unroutable

/** The message has to be published again: somebody must take it and could not. Others may have it. */
export interface Unroutable {
  /** The queues that are bound to the message's type and are not there; none where nothing is bound to it. */
  readonly missing: readonly string[]
}

/** One message as it reaches a consumer. */
export interface Delivery {
  /** The envelope parsed from JSON, or the text itself where it is not JSON. Not checked yet. */
  readonly event: unknown
  /** 1 for the first attempt; grows with every failure that counts. */
  readonly attempt: number
}

/** Tries one message. Throwing is the same as `failed`. */
export type Deliver = (delivery: Delivery) => Promise<Verdict>

/** How an attempt ended. Errors are one line for people. */
export type Verdict =
  | { readonly kind: 'handled' }
  /** Counts: tried again later, dead after the last attempt. */
  | { readonly kind: 'failed'; readonly error: string }
  /** Something the handler needs is away. The message is not at fault: tried again later, for a day. */
  | { readonly kind: 'postponed'; readonly error: string }
  /** No attempt will ever succeed: dead at once. */
  | { readonly kind: 'refused'; readonly error: string }

/** Disposing takes no new messages, lets those in hand come to their end, and then lets go. */
export interface Subscription extends AsyncDisposable {
  /** Resolves when messages first flow. */
  readonly ready: Promise<void>
}

/** The subscription of a consumer. */
export interface BoundSubscription extends Subscription {
  /**
   * Resolves when the queue is bound, before `ready`, be the broker away or not: no event published from then on
   * passes it by.
   */
  readonly bound: Promise<void>
}

/** A message that nobody could handle. */
export interface DeadMessage {
  readonly queue: string
  /** The message's text, JSON as a rule. */
  readonly body: string
  readonly error: string
  readonly attempts: number
}

/** How many messages a subscription has in hand at a time unless told otherwise. */
export const defaultConcurrency = 16
