import type { TxContext } from '@plinth/kernel'
import { createJob, type Job, type Pool } from '@plinth/postgres'
import { type Logger, silentLogger } from '@plinth/telemetry'
import { type Claim, createIdempotencyKeys } from './idempotency-keys.ts'
import { GatewayError } from './problem.ts'

/** An answer before it is sent: kept as it is, so that its repeat is the same to the byte. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request with an Idempotency-Key. */
export interface KeyedRequest {
  /** Who asks: keys of different people do not meet. */
  readonly scope: string
  /** What is asked for. */
  readonly operation: string
  readonly key: string
  /** All that makes it this request, as JSON can say it: the same key with another one is refused. */
  readonly content: unknown
  /** Whether a 202 is not the outcome: its repeat asks for that again. */
  readonly settles: boolean
}

/** Runs requests at most once a key. */
export interface Idempotency {
  /**
   * Runs the request, or gives the answer that its first run got. Kept are the answers of requests that had
   * an effect: 2xx and 402; a request that is refused or fails frees its key. The 202 of what settles later is
   * answered anew each time, by running the request again, which must be idempotent itself. So must it be for
   * a process that dies before its answer is kept: its key can be taken up again after eight seconds.
   *
   * @param work gives a refusal as an answer, too; where it rejects, the key is freed
   * @throws GatewayError 422 `idempotency_key_reused`, 409 `idempotency_in_progress`
   */
  readonly run: (
    request: KeyedRequest,
    context: TxContext,
    work: () => Promise<StoredAnswer>,
  ) => Promise<StoredAnswer>
  /** Forgets keys after a day. */
  readonly jobs: readonly Job[]
}

/** Idempotency keys in PostgreSQL (draft-ietf-httpapi-idempotency-key-header), in `gateway.idempotency_key`. */
export const createIdempotency = (pool: Pool, logger: Logger = silentLogger): Idempotency => {
  const keys = createIdempotencyKeys(pool)

  const settle = async (request: KeyedRequest, lease: string, answer: StoredAnswer) => {
    // What happened has happened, and the client is told; a key that stays locked is free again in seconds.
    await (hadEffect(answer.status) ? keys.keep(request, lease, answer) : keys.free(request, lease)).catch(
      (err: unknown) => logger.error({ err }, 'an Idempotency-Key could not be settled'),
    )
  }

  return {
    run: async (request, context, work) => {
      const claim = await keys.claim(request, context)
      if (!claim.mine) return repeated(claim)
      const { lease, status } = claim
      const answer = await work().catch(async (error: unknown) => {
        await keys.free(request, lease).catch(() => undefined)
        throw error
      })
      await settle(request, lease, answer)
      return status === 202 ? asReplay(answer) : answer
    },
    jobs: [
      createJob({
        name: 'gateway.forget-idempotency-keys',
        everyMs: 10 * 60_000,
        run: async () => ((await keys.forget()) ? 'again' : 'done'),
      }),
    ],
  }
}

/** Whether an answer says that something happened. */
const hadEffect = (status: number) => (status >= 200 && status < 300) || status === 402

const repeated = ({ sameRequest, answer }: Extract<Claim, { mine: false }>): StoredAnswer => {
  if (!sameRequest) {
    throw new GatewayError(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used with another request.',
    )
  }
  if (answer === undefined) {
    throw new GatewayError(
      409,
      'idempotency_in_progress',
      'A request with this Idempotency-Key is still running.',
      { 'retry-after': '1' },
    )
  }
  return asReplay(answer)
}

const asReplay = (answer: StoredAnswer): StoredAnswer => ({
  ...answer,
  headers: { ...answer.headers, 'idempotent-replayed': 'true' },
})
