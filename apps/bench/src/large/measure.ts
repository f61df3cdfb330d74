import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSigner } from '../buyers.ts'
import { load } from '../load.ts'
import { startServices } from '../services.ts'
import { settled } from '../settled.ts'
import { startShop } from '../shop.ts'
import { checkoutsFor, readingsOf, samplesOf, walk } from './readings.ts'

const usage = `Usage: DATABASE_URL=postgres://... pnpm bench:scale [options]

Measures Plinth on the large shop that pnpm bench:data has filled a database with, over HTTP: pages at every depth, searches,
filters, order histories, seller and admin views, checkouts. Orders are placed in it.

  --connections N    at once (8)
  --seconds N        how long each (5)
  --only a,b         readings whose names hold one of the words
`

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})

const main = async (databaseUrl: string): Promise<void> => {
  const [connections, seconds] = [Number(values.connections), Number(values.seconds)]
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const services = stack.use(await startServices(() => undefined))
  const signer = await createSigner()
  const shop = stack.use(await startShop({ services, databaseUrl, signer, folder }))
  const samples = stack.use(await samplesOf(databaseUrl, signer))
  const words = values.only?.split(',')
  const wanted = (name: string) => words === undefined || words.some(word => name.includes(word))
  console.log('| what | a second | p50 ms | p99 ms | failed |\n| --- | --- | --- | --- | --- |')
  const tell = (name: string, { rate, p50, p99, failed }: Awaited<ReturnType<typeof load>>) =>
    console.log(`| ${name} | ${rate.toFixed(0)} | ${p50} | ${p99} | ${failed} |`)

  if (wanted('pages')) {
    const cursors = await walk(shop.url, [1, 1_000, 10_000])
    // One at a time, in turn: what else the machine does falls on all depths alike.
    for (const { page, path } of cursors)
      await load({ url: shop.url, connections: 1, seconds: 1, again: true, requests: [{ path }] }).then(
        result => tell(`(warming) page ${page}`, result),
      )
    for (let round = 1; round <= 3; round++)
      for (const { page, paths } of cursors)
        tell(
          `page ${page}, round ${round}`,
          await load({
            url: shop.url,
            connections: 1,
            seconds: 2,
            again: true,
            requests: paths.map(path => ({ path })),
          }),
        )
  }
  for (const { name, requests } of readingsOf(samples)) {
    if (!wanted(name)) continue
    const order = { url: shop.url, connections, seconds, again: true, requests }
    tell(name, await load(order))
  }
  if (wanted('checkout')) {
    const checkouts = await checkoutsFor(samples, 3_000)
    for (let round = 1; round <= 3; round++) {
      const requests = checkouts.slice((round - 1) * 1_000, round * 1_000)
      tell(
        `checkout, 32 at once, round ${round}`,
        await load({ url: shop.url, connections: 32, seconds: 30, again: false, requests }),
      )
      await settled(samples.sql)
    }
  }
}

if (values.help) console.log(usage)
else if (process.env.DATABASE_URL === undefined)
  throw new Error('DATABASE_URL is needed: a database that pnpm bench:data has filled')
else await main(process.env.DATABASE_URL)
