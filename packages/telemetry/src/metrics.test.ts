import { expect, test } from 'vitest'
import { createMetrics, silentMetrics } from './index.ts'

test('each registry stands alone and prefixes what it holds, the process included', async () => {
  const one = createMetrics()
  const other = createMetrics({ prefix: 'shop_', defaults: false })
  one.counter({ name: 'orders_total', help: 'Orders', labels: ['outcome'] }).inc({ outcome: 'paid' }, 2)
  expect(await one.text()).toContain('plinth_orders_total{outcome="paid"} 2')
  expect(await one.text()).toContain('plinth_process_cpu_seconds_total')
  expect(await other.text()).not.toContain('orders')
  expect(one.contentType).toMatch(/^text\/plain/)
})

test('the same name asked for twice is the same metric', async () => {
  const metrics = createMetrics({ defaults: false })
  metrics.counter({ name: 'hits_total', help: 'Hits' }).inc({})
  metrics.counter({ name: 'hits_total', help: 'Hits' }).inc({})
  expect(await metrics.text()).toContain('plinth_hits_total 2')
})

test('a gauge collects when it is read, and a failing collector spoils nothing', async () => {
  const metrics = createMetrics({ defaults: false })
  const waiting = { count: 3 }
  metrics.gauge({ name: 'waiting', help: 'Waiting', collect: gauge => gauge.set({}, waiting.count) })
  metrics.gauge({ name: 'broken', help: 'Broken', collect: () => Promise.reject(new Error('no database')) })
  waiting.count = 4
  expect(await metrics.text()).toContain('plinth_waiting 4')
})

test('a collector that hangs holds nobody up, and is not asked again meanwhile', async () => {
  const metrics = createMetrics({ defaults: false })
  let asked = 0
  const hanging = () => {
    asked += 1
    return new Promise<void>(() => undefined)
  }
  metrics.gauge({ name: 'hanging', help: 'Hanging', collect: hanging })
  metrics.counter({ name: 'hits_total', help: 'Hits' }).inc({})
  const [text] = await Promise.all([metrics.text(), metrics.text()])
  expect(text).toContain('plinth_hits_total 1')
  expect(asked).toBe(1)
})

test('a histogram counts seconds by bucket', async () => {
  const metrics = createMetrics({ defaults: false })
  const seconds = metrics.histogram({ name: 'request_seconds', help: 'Requests', labels: ['route'] })
  seconds.observe({ route: '/v1' }, 0.3)
  seconds.start()({ route: '/v1' })
  expect(await metrics.text()).toContain('plinth_request_seconds_bucket{le="0.5",route="/v1"} 2')
})

test('silent metrics take everything', () => {
  silentMetrics.counter({ name: 'a', help: 'A', labels: ['b'] }).inc({ b: 1 })
  silentMetrics.histogram({ name: 'c', help: 'C' }).start()({})
})
