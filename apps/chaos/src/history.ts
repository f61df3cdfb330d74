/** What the shop answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown
}

/** One try at a request: when it was sent, what came back, if anything did, and after how many milliseconds. */
export interface Attempt {
  readonly at: Date
  readonly ms: number
  readonly answer: Answer | 'unknown'
}

/** What a request asks for, in the words of the verdict. */
export type Intent = 'register' | 'checkout' | 'cancel' | 'refund' | 'adjust' | 'other'

/** One thing that somebody asked for, however often it had to be sent. */
export interface Entry {
  readonly intent: Intent
  /** The user's e-mail address, or empty. */
  readonly who: string
  readonly method: string
  readonly path: string
  /** The Idempotency-Key. */
  readonly key: string | undefined
  readonly body: unknown
  readonly attempts: Attempt[]
}

/** Everything that clients asked for and were told, in the order in which they began: the truth on their side. */
export interface History {
  readonly entries: readonly Entry[]
  readonly begin: (entry: Omit<Entry, 'attempts'>) => Entry
}

/** A history in which nothing has happened. */
export const createHistory = (): History => {
  const entries: Entry[] = []
  return {
    entries,
    begin(about) {
      const entry = { ...about, attempts: [] }
      entries.push(entry)
      return entry
    },
  }
}

/** Whether an answer says what became of the request: not "later", not "failed on the way". */
export const isFinal = ({ status, json }: Answer): boolean =>
  status < 500 && status !== 429 && codeOf(json) !== 'idempotency_in_progress'

/** The last answer that says what became of it; undefined where the client still does not know. */
export const toldLast = ({ attempts }: Entry): Answer | undefined =>
  attempts.flatMap(({ answer }) => (answer !== 'unknown' && isFinal(answer) ? [answer] : [])).at(-1)

/** The `code` of a problem document. */
export const codeOf = (json: unknown): string | undefined =>
  typeof json === 'object' && json !== null && 'code' in json && typeof json.code === 'string'
    ? json.code
    : undefined
