import { Agent } from 'node:http'
import fc from 'fast-check'
import { type ApiDocument, type Operation, operationsOf, readApiDocument } from './api-document.ts'
import { badByte } from './broken-bodies.ts'
import { createJudge, type Judge } from './judge.ts'
import { fillIn } from './known-things.ts'
import { type PlannedRequest, requestsTo } from './planned-request.ts'
import { residentMegabytes } from './resident.ts'
import { send, type WireAnswer, type WireRequest } from './send.ts'
import { type Stock, stockUp } from './stock.ts'

/** What was sent, for how many milliseconds, and what was wrong. */
export interface FuzzReport {
  readonly requests: number
  readonly ms: number
  /** How many answers there were of each status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Operations that were never sent what they accept. */
  readonly neverRight: readonly string[]
  /** What is wrong, each with the first request that showed it. */
  readonly findings: readonly string[]
}

/** How much to send. */
export interface FuzzOptions {
  readonly seed: number
  readonly requests: number
  /** Milliseconds of sending after which no more is begun, once each operation has had a few. */
  readonly within: number
  readonly tell: (line: string) => void
}

/** So many of each operation are sent before the shop is stocked up again. */
const ofEachAtOnce = 12
const atATime = 6

/** Sends requests to every operation of a shop in turn. The same seed makes the same requests. */
export const fuzz = async (
  url: string,
  { seed, requests, within, tell }: FuzzOptions,
): Promise<FuzzReport> => {
  const document = await readApiDocument(url)
  const operations = operationsOf(document)
  const plans = operations.map(operation => ({ operation, arbitrary: requestsTo(operation, document) }))
  const judge = createJudge(document)
  const agent = new Agent({ keepAlive: true, maxSockets: atATime })
  const statuses: Record<string, number> = {}
  const findings = new Map<string, string>()
  const neverRight = new Set(operations.map(routeOf))
  let sent = 0
  let ms = 0
  for (let batch = 0; sent < requests && ms < within; batch += 1) {
    const stock = await stockUp(url)
    const begun = performance.now() - ms
    const chosen = plans.map(({ operation, arbitrary }, n) => ({
      operation,
      planned: fc.sample(arbitrary, { seed: seed + batch * 1_000_003 + n * 7919, numRuns: ofEachAtOnce }),
    }))
    const inTurn = Array.from({ length: ofEachAtOnce }, (_, n) =>
      chosen.flatMap(({ operation, planned }) => (planned[n] ? [{ operation, planned: planned[n] }] : [])),
    ).flat()
    const isOver = () => sent > 3 * plans.length && performance.now() - begun > within
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        for (
          let next = inTurn.shift();
          next !== undefined && sent < requests && !isOver();
          next = inTurn.shift()
        ) {
          sent += 1
          const { status, complaints } = await tryOut({ url, agent, document, judge, stock, ...next })
          if (status >= 200 && status < 300) neverRight.delete(routeOf(next.operation))
          statuses[status] = (statuses[status] ?? 0) + 1
          for (const complaint of complaints) {
            const what = `${routeOf(next.operation)}: ${status} ${complaint}`
            if (findings.has(what)) continue
            const finding = `${what}\n  ${JSON.stringify(next.planned).slice(0, 1500)}`
            findings.set(what, finding)
            tell(finding)
          }
        }
      }),
    )
    ms = performance.now() - begun
    tell(
      `${sent} requests after ${Math.round(ms / 1000)} s, ${findings.size} findings, ${await residentMegabytes(url)} MB`,
    )
  }
  agent.destroy()
  return { requests: sent, ms, statuses, neverRight: [...neverRight], findings: [...findings.values()] }
}

const routeOf = ({ method, path }: Operation) => `${method} ${path}`

interface Trial {
  readonly url: string
  readonly agent: Agent
  readonly document: ApiDocument
  readonly judge: Judge
  readonly stock: Stock
  readonly operation: Operation
  readonly planned: PlannedRequest
}

/** Sends one request. What is wrong only while the machine is busy is not the shop's: it is tried once more. */
const tryOut = async ({ url, agent, document, judge, stock, operation, planned }: Trial) => {
  const request = onTheWire(planned, stock)
  const declared = document.paths[operation.path]?.[planned.method.toLowerCase()]
  const asked = declared && { ...declared, path: operation.path, method: planned.method }
  const once = async () => {
    const answer = await send(url, agent, request).catch((error: unknown) => String(error))
    if (typeof answer === 'string') return { status: 0, complaints: [`was not answered: ${answer}`] }
    return {
      status: answer.status,
      complaints: judge(asked, planned.method, answer).map(each => `${each}${shown(answer)}`),
    }
  }
  const first = await once()
  return passes.has(first.status) || first.complaints.some(each => each.startsWith('took')) ? once() : first
}

/** A connection may be closed as it is used, and a shop may be short of time. */
const passes = new Set([0, 503])

const shown = ({ status, body }: WireAnswer) => (status >= 500 ? `: ${body}` : '')

const onTheWire = ({ actor, method, target, headers, body }: PlannedRequest, stock: Stock): WireRequest => {
  const accessToken = stock.accessTokens[actor]
  const fill = (text: string) => fillIn(text, stock.known)
  return {
    method,
    target: fill(target),
    headers: {
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    },
    body: body === undefined ? undefined : bytesOf(fill(body)),
  }
}

const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    text.split(badByte).flatMap((part, n) => [...(n === 0 ? [] : [Buffer.from([0xff])]), Buffer.from(part)]),
  )
