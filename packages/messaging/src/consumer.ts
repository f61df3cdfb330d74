import {
  type CallContext,
  type CloudEvent,
  cloudEvent,
  dataSchemaOf,
  type EventDeclaration,
  type InTx,
  parseKnown,
} from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import type { z } from 'zod'
import type { Queue } from './broker.ts'
import { type Handled, handleInOne, type PreparedEvent } from './handling.ts'

/** An event as its consumer sees it: the envelope with its data checked and typed. */
export type Received<Data extends z.ZodType> = Omit<CloudEvent, 'data'> & { readonly data: z.output<Data> }

/** A consumer whose handler needs nothing but the event. */
export interface ConsumerSpecification<Data extends z.ZodType> {
  /** `domain.what-it-does`, as in `payments.refund-cancelled-order`: names the queue and the inbox rows. */
  readonly name: `${string}.${string}`
  readonly event: EventDeclaration<string, Data>
  /**
   * Whether events that come at about the same time share a transaction; not unless given. It saves a busy consumer
   * round trips. Their statements may alternate, so it is for handlers that need nothing of each other and lock nothing
   * for which others wait: what one of them locks is held until the last of them is done.
   */
  readonly together?: boolean
  /** Runs in one transaction with the inbox row: its effect and the row are there together, once. */
  readonly handle: (context: InTx, event: Received<Data>) => Promise<void>
}

/** A consumer that first asks others. */
export interface PreparedConsumerSpecification<Data extends z.ZodType, Prepared>
  extends Omit<ConsumerSpecification<Data>, 'handle'> {
  /**
   * Runs before the transaction, for calls to the outside and to neighbours. It runs again with every
   * attempt and every duplicate, so whatever it calls must be idempotent.
   */
  readonly prepare: (context: CallContext, event: Received<Data>) => Promise<Prepared>
  /** As in {@link ConsumerSpecification}, with what was prepared. */
  readonly handle: (context: InTx, event: Received<Data>, prepared: Prepared) => Promise<void>
}

/** What one event type means to one domain. */
export interface Consumer extends Queue {
  /** The domain whose schema has the inbox. */
  readonly domain: string
  /** Whether its events share transactions. */
  readonly together: boolean
  /** Understands an envelope; throws {@link Unreadable}. */
  read(envelope: unknown): ReadEvent
}

/** An event that its consumer understands. */
export interface ReadEvent {
  readonly id: string
  readonly type: string
  readonly traceparent: string | undefined
  /** Asks others, outside of any transaction, for all that handling it needs. */
  prepare(context: CallContext): Promise<PreparedEvent>
  /** Prepares and handles it by itself. */
  handle(context: CallContext, database: Database): Promise<Handled>
}

/** The message is no event, not of the declared type and version, or its data does not fit its schema. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/**
 * Defines a consumer of one event.
 *
 * ```ts
 * defineConsumer({
 *   name: 'payments.refund-cancelled-order',
 *   event: ordersContract.events.cancelled,
 *   handle: (context, { data }) => requestRefund(context, data.orderId),
 * })
 * ```
 */
export function defineConsumer<Data extends z.ZodType, Prepared>(
  spec: PreparedConsumerSpecification<Data, Prepared>,
): Consumer
/** Defines a consumer whose handler needs nothing but the event. */
export function defineConsumer<Data extends z.ZodType>(spec: ConsumerSpecification<Data>): Consumer
export function defineConsumer(
  spec: Omit<PreparedConsumerSpecification<z.ZodType, unknown>, 'prepare'> &
    Partial<Pick<PreparedConsumerSpecification<z.ZodType, unknown>, 'prepare'>>,
): Consumer {
  const { name, event: declaration, together = false, prepare, handle } = spec
  return {
    queue: name,
    types: [declaration.type],
    domain: name.slice(0, name.indexOf('.')),
    together,
    read(envelope) {
      const event = received(envelope, declaration)
      const { id, type, traceparent } = event
      const prepared = async (context: CallContext): Promise<PreparedEvent> => {
        const answers = await prepare?.(context, event)
        return { id, context, effect: inTx => handle(inTx, event, answers) }
      }
      return {
        id,
        type,
        traceparent,
        prepare: prepared,
        async handle(context, database) {
          const [ending = 'handled'] = await handleInOne(database, name, [await prepared(context)])
          return ending
        },
      }
    },
  }
}

const received = (envelope: unknown, declaration: EventDeclaration): Received<z.ZodType> => {
  const event = cloudEvent.safeParse(envelope)
  if (!event.success) throw new Unreadable(`not an event: ${problemsOf(event.error)}`)
  const { type, dataschema } = event.data
  if (type !== declaration.type || dataschema !== dataSchemaOf(declaration))
    throw new Unreadable(`${dataschema} is not ${dataSchemaOf(declaration)}`)
  // What a newer release tells besides is none of our business yet.
  const data = parseKnown(declaration.data, event.data.data)
  if (!data.success) throw new Unreadable(`the data of ${type} does not fit: ${problemsOf(data.error)}`)
  return { ...event.data, data: data.data }
}

/** Where it does not fit, without the values, which may be personal. */
const problemsOf = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`)
    .join('; ')
