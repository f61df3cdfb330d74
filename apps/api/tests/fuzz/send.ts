import { type Agent, type IncomingHttpHeaders, request } from 'node:http'

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** What came back, and after how many milliseconds. */
export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly ms: number
}

/** Sends a request as it is: nothing is normalized, encoded or followed. Rejects after 15 s without an answer. */
export const send = (
  url: string,
  agent: Agent,
  { method, target, headers, body }: WireRequest,
): Promise<WireAnswer> => {
  const { hostname, port } = new URL(url)
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      agent,
      method,
      path: target,
      headers: { ...headers, ...(body !== undefined && { 'content-length': body.length }) },
      signal: AbortSignal.timeout(15_000),
    })
    sent.once('error', reject)
    sent.once('response', response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
          ms: performance.now() - begun,
        }),
      )
    })
    sent.end(body)
  })
}
