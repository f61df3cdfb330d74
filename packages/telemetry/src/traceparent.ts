import { randomFillSync } from 'node:crypto'

/** What a `traceparent` says: the trace, the caller's span in it, and whether the caller recorded it. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string
  /** The caller's span: 16 lower-case hex digits, not all zero. */
  readonly parentId: string
  readonly sampled: boolean
}

/**
 * Reads a `traceparent` header as W3C Trace Context (Recommendation, 2021) section 3.2 has it; undefined
 * where the header is missing or breaks the rules, and then the receiver starts a trace of its own.
 * A version later than 00 is read by what 00 knows of it; version ff is invalid.
 */
export const parseTraceparent = (header: string | undefined): TraceContext | undefined => {
  if (header === undefined || header.length > longest) return undefined
  const fields = layout.exec(header)?.groups
  if (fields === undefined) return undefined
  const { version, traceId, parentId, flags, rest } = fields
  if (version === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return undefined
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (zeros.test(traceId) || zeros.test(parentId)) return undefined
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag }
}

/** A `traceparent` that starts a new trace. */
export const newTraceparent = ({ sampled = true }: { sampled?: boolean } = {}): string =>
  format(randomId(16), sampled)

/**
 * The `traceparent` to send on: the same trace and sampling, a new span. Where the caller's is missing or
 * invalid it starts a new trace.
 */
export const childTraceparent = (parent: string | undefined): string => {
  const context = parseTraceparent(parent)
  return context === undefined ? newTraceparent() : format(context.traceId, context.sampled)
}

/** The log fields that tie a line to its trace: our own span of it, as `traceId` and `spanId`. */
export const traceLogFields = (traceparent: string | undefined): { traceId?: string; spanId?: string } => {
  const context = parseTraceparent(traceparent)
  return context === undefined ? {} : { traceId: context.traceId, spanId: context.parentId }
}

const layout =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<parentId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$/
const zeros = /^0+$/
const sampledFlag = 1
/** A later version may be longer; no honest one is this long. */
const longest = 512

const format = (traceId: string, sampled: boolean): string =>
  `00-${traceId}-${randomId(8)}-${sampled ? '01' : '00'}`

const randomId = (bytes: number): string => {
  // Drawn a few hundred at once: asking for a few bytes costs as much as asking for many.
  if (at + bytes > drawn.length) {
    randomFillSync(drawn)
    at = 0
  }
  at += bytes
  const id = drawn.toString('hex', at - bytes, at)
  return zeros.test(id) ? randomId(bytes) : id
}

const drawn = Buffer.alloc(4096)
let at = drawn.length
