import { type AuditTrail, createAuditTrail } from '@plinth/audit'
import {
  type CallContext,
  contextOf,
  type Implementation,
  implement,
  NotFound,
  type Page,
  service,
  type TxContext,
} from '@plinth/kernel'
import { createDatabase, createJob, type Pool } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { Broker } from './broker.ts'
import { AlreadyReplayed, type DeadLetter, messagingContract } from './contract.ts'
import { createDeadLetterRows } from './dead-letter-rows.ts'

/** What {@link createDeadLetters} needs. */
export interface DeadLettersOptions {
  /** A pool whose role may use the schema `messaging`. */
  readonly pool: Pool
  readonly broker: Broker
  readonly logger: Logger
}

/** Events that no consumer could handle: kept in `messaging.dead_letter`, shown, replayed. */
export interface DeadLetters {
  /** A page, the latest first. Throws `invalid_cursor`. */
  list(query: {
    queue?: string | undefined
    limit: number
    cursor?: string | undefined
  }): Promise<Page<DeadLetter>>
  /**
   * Hands an event back to its consumer for a fresh first attempt, once: throws `already_replayed` the
   * second time and `not_found` where there is none. While the broker is away it is kept, and handed over
   * later.
   */
  replay(context: TxContext, id: string): Promise<DeadLetter>
  /** Who replayed what. */
  readonly audit: AuditTrail
  /** The same behind permissions, as {@link messagingContract} says. */
  readonly operations: Implementation<typeof messagingContract>
  /** Starts to collect what dies, and to hand over what could not be at first; dispose to stop. */
  start(): AsyncDisposable
}

/** Dead letters of one broker's namespace. */
export const createDeadLetters = ({ pool, broker, logger }: DeadLettersOptions): DeadLetters => {
  const database = createDatabase({ pool, schema: 'messaging' })
  const rows = createDeadLetterRows(database, broker.namespace)
  const audit = createAuditTrail(database)
  const context = contextOf(service('messaging'))

  const list: DeadLetters['list'] = query => rows.page(context, query)

  const replay: DeadLetters['replay'] = async (asked, id) => {
    const replayed = await database.transaction(asked, async inTx => {
      const letter = await rows.markReplayed(inTx, id)
      if (letter === undefined) return undefined
      await audit.append(inTx, {
        action: 'messaging.dead-letter-replayed',
        subject: { kind: 'dead letter', id },
        details: { queue: letter.queue, eventType: letter.eventType },
      })
      return letter
    })
    if (replayed === undefined) {
      throw (await rows.exists(context, id)) ? AlreadyReplayed() : NotFound()
    }
    await handOver(replayed)
    return replayed
  }

  const handOver = async ({ id, queue, event }: DeadLetter) => {
    try {
      await broker.redeliver(queue, event)
      await rows.markHandedOver(context, id)
    } catch (error) {
      logger.warn({ deadLetter: id, queue, err: error }, 'a replayed event waits for the broker to take it')
    }
  }

  const handOverJob = createJob({
    name: 'hand over replayed dead letters',
    everyMs: handOverEveryMs,
    run: async () => {
      for (const letter of await rows.waiting(context)) await handOver(letter)
      return 'done'
    },
  })

  return {
    list,
    replay,
    audit,
    operations: implement(messagingContract, {
      listDeadLetters: (_: CallContext, input) => list(input),
      replayDeadLetter: (asked: CallContext, { id }) => replay(asked, id),
    }),
    start() {
      const collecting = broker.collectDead(dead => rows.keep(context, dead))
      const handingOver = handOverJob.start(logger)
      return {
        async [Symbol.asyncDispose]() {
          await Promise.all([collecting[Symbol.asyncDispose](), handingOver[Symbol.asyncDispose]()])
        },
      }
    },
  }
}

const handOverEveryMs = 5_000
