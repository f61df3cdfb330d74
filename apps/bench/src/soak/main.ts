import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSigner } from '../buyers.ts'
import { cpuMsOf } from '../cpu.ts'
import { loadData, sizes } from '../data.ts'
import { load } from '../load.ts'
import { checkoutOf } from '../scenario.ts'
import { startServices } from '../services.ts'
import { settled } from '../settled.ts'
import { loopDelayOf, memoryOf, startShop } from '../shop.ts'

const usage = `Usage: pnpm bench:soak [options]

Keeps checkouts coming at a steady rate, and tells for each stretch of time how many were answered and how fast, how late
the turns of the event loop were, how long events took from the transaction that made them true to the one that handled
them, and how much memory Plinth has in use.

  --rate N       checkouts a second (200)
  --minutes N    (10)
  --stretch N    seconds (20)
`

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '10' },
    stretch: { type: 'string', default: '20' },
    help: { type: 'boolean' },
  },
})

const main = async (rate: number, minutes: number, seconds: number): Promise<void> => {
  if (rate * seconds > sizes.buyers)
    throw new Error(`a stretch must be short enough for ${sizes.buyers} buyers`)
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const services = stack.use(await startServices(console.log))
  const signer = await createSigner()
  const shop = stack.use(await startShop({ services, signer, folder }))
  console.log('Filling the shelves ...')
  const data = stack.use(await loadData(services.databaseUrl))
  const authorizations = await Promise.all(data.buyerIds.map(id => signer.authorizationOf(id)))

  console.log(
    '\n| after | a second | p50 ms | p99 ms | failed | loop p99 ms | event p50 ms | event p99 ms | CPU | MiB |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  const stretches = Math.ceil((minutes * 60) / seconds)
  for (let stretch = 1; stretch <= stretches; stretch++) {
    await data.fillCarts('all')
    const requests = authorizations.slice(0, rate * seconds).map(checkoutOf)
    const [{ now } = { now: new Date() }] = await data.sql<{ now: Date }[]>`select clock_timestamp() as now`
    await loopDelayOf(shop.url)
    const [cpuBefore, begun] = [await cpuMsOf(shop.pid), performance.now()]
    const result = await load({ url: shop.url, connections: 64, seconds, requests, again: false, rate })
    const cpu = ((await cpuMsOf(shop.pid)) ?? Number.NaN) - (cpuBefore ?? Number.NaN)
    const took = performance.now() - begun
    const loopDelay = await loopDelayOf(shop.url)
    await settled(data.sql)
    const [events] = await data.sql<{ p50: number; p99: number }[]>`
      select percentile_cont(0.5) within group (order by ms) as p50, percentile_cont(0.99) within group (order by ms) as p99
        from (select extract(epoch from inbox.handled_at - outbox.occurred_at)::float8 * 1000 as ms
                from orders.outbox join notifications.inbox on inbox.event_id = outbox.id
               where outbox.occurred_at > ${now}) as handled`
    const cells = [
      `${((stretch * seconds) / 60).toFixed(1)} min`,
      result.rate.toFixed(0),
      result.p50,
      result.p99,
      result.failed,
      loopDelay.toFixed(0),
      events?.p50.toFixed(0),
      events?.p99.toFixed(0),
      `${((cpu / took) * 100).toFixed(0)} %`,
      (await memoryOf(shop.pid))?.toFixed(0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

if (values.help) console.log(usage)
else await main(Number(values.rate), Number(values.minutes), Number(values.stretch))
