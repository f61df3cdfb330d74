import { type Direction, type Frame, type Framer, framerOf } from './frames.ts'

/**
 * PostgreSQL's protocol 3.0 (manual, chapter "Frontend/Backend Protocol"). A frame is
 *
 * - towards the server: all messages up to and with a Sync or Flush, or a message that is complete by itself. The
 *   server executes what comes before a Sync, but whoever is cut off before it has changed nothing: the
 *   statement's implicit transaction is aborted, as is an explicit one. The one exception, a COMMIT, takes effect
 *   with its Execute, and being cut off between that and its Sync leaves the same as being cut off after the Sync.
 *   So each cut within such a frame leaves what a cut before or after it leaves.
 * - from the server: all messages of one answer up to and with ReadyForQuery. The server has done the work before
 *   it, and the client does nothing that is seen outside before it sends its next frame.
 */
export const postgresFramer = (): Framer => {
  const statements = new Map<string, string>()
  /** What has been asked and not yet answered. */
  const asked: { readonly kind: string; readonly endsWith: 'Z' | 'T' }[] = []
  const group: Record<Direction, Buffer[]> = { to: [], from: [] }
  let previous = 'nothing'
  let greeting: 'awaited' | 'encryption-asked' | 'over' = 'awaited'

  const close = (direction: Direction, kind: string): Frame[] => {
    const bytes = Buffer.concat(group[direction])
    group[direction] = []
    return [{ bytes, kind }]
  }

  const acceptGreeting = (unit: Buffer): Frame[] => {
    const code = unit.readUInt32BE(4)
    if (code === sslRequest || code === gssRequest) {
      greeting = 'encryption-asked'
      return close('to', 'encryption request')
    }
    greeting = 'over'
    if (code !== cancelRequest) asked.push({ kind: 'startup', endsWith: 'Z' })
    return close('to', code === cancelRequest ? 'cancel request' : 'startup')
  }

  const acceptTo = (unit: Buffer): Frame[] => {
    if (greeting !== 'over') return acceptGreeting(unit)
    const type = typeOf(unit)
    if (type === 'P') statements.set(textAt(unit, 5), headOf(textAt(unit, 6 + textAt(unit, 5).length)))
    if (!endsRequest.has(type)) return []
    const kind = withContext(kindOf(group.to, statements), previous)
    previous = kind
    if (type === 'S' || type === 'Q') asked.push({ kind, endsWith: 'Z' })
    if (type === 'H') asked.push({ kind, endsWith: 'T' })
    return close('to', kind)
  }

  const acceptFrom = (unit: Buffer): Frame[] => {
    if (greeting === 'encryption-asked') {
      greeting = 'awaited'
      return close('from', 'encryption answer')
    }
    const type = typeOf(unit)
    const [question] = asked
    if (type === 'A' && group.from.length === 1) return close('from', `notification ${textAt(unit, 9)}`)
    if (standsAlone.has(type) && group.from.length === 1) return close('from', namesOf[type] ?? type)
    const answered =
      type === 'Z' || (question?.endsWith === 'T' && (type === 'T' || type === 'n' || type === 'E'))
    if (answered) {
      asked.shift()
      return close('from', `answer to ${question?.kind}`)
    }
    return type === 'E' && isFatal(unit) ? close('from', 'fatal error') : []
  }

  return framerOf({
    measure: (direction, head) => {
      const untyped = direction === 'to' && greeting !== 'over'
      if (direction === 'from' && greeting === 'encryption-asked') return 1
      const at = untyped ? 0 : 1
      return head.length < at + 4 ? undefined : at + head.readUInt32BE(at)
    },
    accept: (direction, unit) => {
      group[direction].push(unit)
      return direction === 'to' ? acceptTo(unit) : acceptFrom(unit)
    },
  })
}

const sslRequest = 80_877_103
const gssRequest = 80_877_104
const cancelRequest = 80_877_102

/** Query, Sync, Flush, Terminate, password, CopyData, CopyDone, CopyFail, FunctionCall. */
const endsRequest = new Set(['Q', 'S', 'H', 'X', 'p', 'd', 'c', 'f', 'F'])

/** Messages that come between answers, or that somebody waits for in the middle of one. */
const namesOf: Readonly<Record<string, string>> = {
  R: 'authentication',
  N: 'notice',
  S: 'parameter',
  K: 'key',
  G: 'copy in',
  H: 'copy out',
  W: 'copy both',
}
const standsAlone = new Set(Object.keys(namesOf))

const plain: Readonly<Record<string, string>> = {
  X: 'terminate',
  p: 'password',
  d: 'copy data',
  c: 'copy done',
  f: 'copy failed',
  S: 'sync',
}

/** The statements that a request executes; where it executes none, those it prepares. */
const kindOf = (units: readonly Buffer[], statements: ReadonlyMap<string, string>): string => {
  const named = (type: string, name: (unit: Buffer) => string) =>
    units.filter(unit => typeOf(unit) === type).map(name)
  const executed = [
    ...named('B', unit => statements.get(textAt(unit, 6 + textAt(unit, 5).length)) ?? 'a statement'),
    ...named('Q', unit => headOf(textAt(unit, 5))),
  ]
  const prepared = named('P', unit => `prepare ${headOf(textAt(unit, 6 + textAt(unit, 5).length))}`)
  const last = units.at(-1)
  const found = [executed, prepared].find(each => each.length > 0) ?? [
    plain[last ? typeOf(last) : ''] ?? 'message',
  ]
  return found.join('; ')
}

/** Every transaction ends alike: what it did last tells which it was. */
const withContext = (kind: string, previous: string) =>
  /^(commit|rollback)\b/i.test(kind) ? `${kind} after ${previous}` : kind

const typeOf = (unit: Buffer) => String.fromCharCode(unit[0] ?? 0)

/** A text up to its NUL, byte for byte. */
const textAt = (unit: Buffer, at: number) => {
  const end = unit.indexOf(0, at)
  return unit.toString('latin1', at, end < 0 ? unit.length : end)
}

const headOf = (sql: string) => sql.replaceAll(/\s+/g, ' ').trim().slice(0, 120)

/** Of the fields of an error, `V` is the severity that is never translated. */
const isFatal = (unit: Buffer) => /\0V(FATAL|PANIC)\0/.test(`\0${unit.toString('latin1', 5)}`)
