import autocannon from 'autocannon'

/** One request of a load. */
export interface LoadRequest {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What to send where, for how long. */
export interface LoadOrder {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** Sent one after the other, over all connections together; from the start again when `again`, else the load ends. */
  readonly requests: readonly LoadRequest[]
  readonly again: boolean
  /** So many a second, over all connections together; as many as get answers unless given. */
  readonly rate?: number
}

/** What came of it. */
export interface LoadResult {
  /** Answers with 2xx a second. */
  readonly rate: number
  /** Answers with 2xx. */
  readonly succeeded: number
  /** Everything else: other answers, broken connections, timeouts. */
  readonly failed: number
  /** Milliseconds: the median, and what 99 of 100 answers stayed under. */
  readonly p50: number
  readonly p99: number
}

const run = ({ url, connections, seconds, requests, again, rate }: LoadOrder): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    let next = 0
    let answered = 0
    let endedAt = 0
    const begun = performance.now()
    const instance = autocannon(
      {
        url,
        connections,
        duration: seconds,
        timeout: 20,
        ...(rate !== undefined && { overallRate: rate }),
        requests: [
          {
            setupRequest: request => {
              const {
                method = 'GET',
                path,
                headers = {},
                body,
              } = requests[next % requests.length] ?? { path: '/' }
              next += 1
              return {
                ...request,
                method,
                path,
                headers: { ...headers },
                ...(body !== undefined && { body }),
              }
            },
          },
        ],
      },
      (error, result) => {
        if (error) return reject(error)
        const elapsed = endedAt > 0 ? (endedAt - begun) / 1000 : result.duration
        resolve({
          rate: result['2xx'] / elapsed,
          succeeded: result['2xx'],
          failed: result.non2xx + result.errors + result.timeouts,
          p50: result.latency.p50,
          p99: result.latency.p99,
        })
      },
    )
    instance.on('response', () => {
      answered += 1
      // What is left by then are the requests of a connection each.
      if (again || answered < requests.length - connections || endedAt > 0) return
      endedAt = performance.now()
      instance.stop()
    })
  })

process.once('message', order => {
  run(order as LoadOrder).then(
    result => process.send?.(result),
    (error: unknown) => {
      console.error(error)
      process.exitCode = 1
      process.disconnect()
    },
  )
})
