import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { eventually } from '@plinth/testing'
import { expect, it } from 'vitest'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'

/** A gateway that listens, with a route that answers when it is told to. */
const givenListening = async () => {
  const waiting: (() => void)[] = []
  const given = await givenGateway({
    routes: app => {
      const shared = {
        method: 'GET',
        tag: 'Things',
        operation: { summary: 'A thing', access: 'public', errors: [] },
        responses: { 204: null },
      } as const
      route(app, { ...shared, path: '/quick', id: 'quick', handle: async () => ({ status: 204 }) })
      route(app, {
        ...shared,
        path: '/slow',
        id: 'slow',
        handle: () => new Promise(resolve => waiting.push(() => resolve({ status: 204 }))),
      })
    },
  })
  return { ...given, waiting, url: await given.listen() }
}

const get = async (agent: Agent, url: string) => {
  const sent = request(url, { agent }).end()
  const [answer] = await once(sent, 'response')
  answer.resume()
  await once(answer, 'end')
  return { status: answer.statusCode, connection: answer.headers.connection }
}

it('ends what it has begun, and its connections with it', async () => {
  const { app, waiting, url } = await givenListening()
  const agent = new Agent({ keepAlive: true })
  const answer = get(agent, `${url}/slow`)
  await eventually(() => waiting.length === 1)
  const begun = performance.now()
  const closed = app.close()
  await eventually(() => !app.server.listening)
  waiting[0]?.()
  expect(await answer).toStrictEqual({ status: 204, connection: 'close' })
  await closed
  expect(performance.now() - begun).toBeLessThan(2000)
  agent.destroy()
})

it('serves who comes on an open connection while it stops, and tells them to close it', async () => {
  const { app, url } = await givenListening()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect((await get(agent, `${url}/quick`)).connection).toBe('keep-alive')
  const closed = app.close()
  await eventually(() => !app.server.listening, { every: 1 })
  expect(await get(agent, `${url}/quick`)).toStrictEqual({ status: 204, connection: 'close' })
  await closed
  agent.destroy()
})

it('serves everybody who had connected before it stopped', async () => {
  const { app, url } = await givenListening()
  const agent = new Agent()
  const answers = Array.from({ length: 50 }, () => get(agent, `${url}/quick`))
  await answers[0]
  await app.close()
  const settled = await Promise.allSettled(answers)
  const refusals = settled.flatMap(each => (each.status === 'rejected' ? [each.reason.code] : []))
  expect(new Set(refusals)).toEqual(new Set(refusals.length > 0 ? ['ECONNREFUSED'] : []))
})

it('does not wait for connections on which nothing happens', async () => {
  const { app, url } = await givenListening()
  const agent = new Agent({ keepAlive: true })
  expect((await get(agent, `${url}/quick`)).connection).toBe('keep-alive')
  const begun = performance.now()
  await app.close()
  expect(performance.now() - begun).toBeLessThan(1000)
  agent.destroy()
})
