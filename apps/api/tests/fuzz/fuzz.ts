import { Agent } from 'node:http'
import { eventually } from '@plinth/testing'
import fc from 'fast-check'
import { type ApiDocument, type Operation, operationsOf, readApiDocument } from './api-document.ts'
import { badByte } from './broken-bodies.ts'
import { createJudge, type Judge } from './judge.ts'
import { fillIn } from './known-things.ts'
import { type PlannedRequest, requestsTo } from './planned-request.ts'
import { residentMegabytes } from './resident.ts'
import { send, type WireAnswer, type WireRequest } from './send.ts'
import { type FuzzedShop, type Stock, stockUp } from './stock.ts'

/** What was sent, for how many milliseconds, and what was wrong. */
export interface FuzzReport {
  readonly requests: number
  readonly ms: number
  /** How many answers there were of each status. */
  readonly statuses: Readonly<Record<string, number>>
  /** How many operations there are. */
  readonly operations: number
  /** Operations that were never sent what they accept. */
  readonly neverRight: readonly string[]
  /** What is wrong, each with the first request that showed it. */
  readonly findings: readonly string[]
}

/** How much to send. */
export interface FuzzOptions {
  readonly seed: number
  readonly requests: number
  /** Milliseconds after which no more is begun, once each operation has had a few. */
  readonly within: number
  readonly tell: (line: string) => void
  /** Called between batches, while nothing is under way; it is told how many were sent. */
  readonly afterBatch?: (sent: number) => Promise<void>
}

/** So often are operations that were never accepted sent some more. */
const mostExtra = 10

/** So many of each operation are sent before the shop is stocked up again. */
const ofEachAtOnce = 12
const atATime = 6

/**
 * Sends requests to every operation of a shop in turn. The same seed makes the same requests. Operations of which none
 * was accepted by then are sent some more.
 */
export const fuzz = async (
  shop: FuzzedShop,
  { seed, requests, within, tell, afterBatch = async () => undefined }: FuzzOptions,
): Promise<FuzzReport> => {
  const { url } = shop
  const document = await readApiDocument(url)
  const plans = operationsOf(document).map(operation => ({
    operation,
    arbitrary: requestsTo(operation, document),
  }))
  const judge = createJudge(document)
  const agent = new Agent({ keepAlive: true, maxSockets: atATime })
  const statuses: Record<string, number> = {}
  const findings = new Map<string, string>()
  const neverRight = new Set(plans.map(({ operation }) => routeOf(operation)))
  let sent = 0
  let ms = 0

  const sendBatch = async (batch: number, isOver: () => boolean) => {
    // A shop that is short of time when it is stocked up is no finding.
    const stock = await eventually(() => stockUp(shop), { within: 180_000, every: 1000 })
    const chosen = plans.map(({ operation, arbitrary }, n) => ({
      operation,
      planned: fc.sample(arbitrary, { seed: seed + batch * 1_000_003 + n * 7919, numRuns: ofEachAtOnce }),
    }))
    const wanted = batch < 0 ? chosen.filter(({ operation }) => neverRight.has(routeOf(operation))) : chosen
    const inTurn = Array.from({ length: ofEachAtOnce }, (_, n) =>
      wanted.flatMap(({ operation, planned }) => (planned[n] ? [{ operation, planned: planned[n] }] : [])),
    ).flat()
    const trySome = async () => {
      for (let next = inTurn.shift(); next !== undefined && !isOver(); next = inTurn.shift()) {
        sent += 1
        const { status, complaints } = await tryOut({ url, agent, document, judge, stock, ...next })
        if (status >= 200 && status < 300 && next.planned.method === next.operation.method)
          neverRight.delete(routeOf(next.operation))
        statuses[status] = (statuses[status] ?? 0) + 1
        for (const complaint of complaints) {
          const what = `${routeOf(next.operation)}: ${status} ${complaint}`
          if (findings.has(what)) continue
          const finding = `${what}\n  ${JSON.stringify(next.planned).slice(0, 1500)}`
          findings.set(what, finding)
          tell(finding)
        }
      }
    }
    const begun = performance.now()
    await Promise.all(Array.from({ length: atATime }, trySome))
    ms += performance.now() - begun
    tell(
      `${sent} requests after ${Math.round(ms / 1000)} s, ${findings.size} findings, ${await residentMegabytes(url)} MB`,
    )
    await afterBatch(sent)
  }

  const begun = performance.now()
  const isOver = () => sent >= requests || (sent > 3 * plans.length && performance.now() - begun > within)
  for (let batch = 0; !isOver(); batch += 1) await sendBatch(batch, isOver)
  for (let extra = -1; neverRight.size > 0 && extra >= -mostExtra; extra -= 1)
    await sendBatch(extra, () => false)
  agent.destroy()
  return {
    requests: sent,
    ms,
    statuses,
    operations: plans.length,
    neverRight: [...neverRight],
    findings: [...findings.values()],
  }
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
