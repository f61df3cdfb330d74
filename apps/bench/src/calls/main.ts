/** `pnpm bench:calls`: see help. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateKey } from '@plinth/host'
import { contextOf, local, newId, service } from '@plinth/kernel'
import { Pool } from 'undici'
import { startServer } from '../servers.ts'
import { groundFor } from './ground.ts'
import { offersContract, offersOf, operations } from './offers.ts'

const help = `Usage: pnpm bench:calls [--rounds 7]

What a call through a contract costs, in one run: a local one beside a plain function, and a remote one, with its token, deadline,
retries and breaker, beside a bare route of Fastify that undici asks; both sides take turns. Prints medians.`

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, help: { type: 'boolean', default: false } },
})

const asked = { variantIds: [newId<'Variant'>()] }
/** As for a request of a client: with a deadline. */
const context = () => ({ ...contextOf(service('cart')), deadline: Date.now() + 4_000 })

type Ask = () => Promise<unknown>

const measure = async (): Promise<void> => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'plinth-calls-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const env = { SERVICE_KEYS: JSON.stringify({ keys: [generateKey()] }), DATA_DIR: folder }
  const farSide = stack.use(await startServer('calls/far-side.ts', join(folder, 'log'), env))
  const ground = stack.use(await groundFor({ ...env, CATALOG_URL: farSide.url }, { calls: [] }))
  const pool = new Pool(farSide.url, { connections: 128, pipelining: 1 })
  stack.defer(() => pool.destroy())

  const near = local(offersContract, operations)
  const far = ground.neighbours.far(offersContract)
  const bare = async () => {
    const headers = { 'content-type': 'application/json' }
    const { body } = await pool.request({
      path: '/bare',
      method: 'POST',
      headers,
      body: JSON.stringify(asked),
    })
    return body.json()
  }
  const rows = [
    await compare(
      'a plain function',
      () => offersOf(asked),
      'local',
      () => near.getOffers(context(), asked),
      {
        calls: 50_000,
        atOnce: 1,
      },
    ),
    await compare('Fastify and undici', bare, 'remote', () => far.getOffers(context(), asked), {
      calls: 2_000,
      atOnce: 1,
    }),
    await compare('Fastify and undici', bare, 'remote', () => far.getOffers(context(), asked), {
      calls: 5_000,
      atOnce: 32,
    }),
  ]
  console.log(
    ['| calls at once | bare | through the contract | more |', '| --- | --- | --- | --- |', ...rows].join(
      '\n',
    ),
  )
}

const compare = async (
  bareName: string,
  bare: Ask,
  name: string,
  call: Ask,
  { calls, atOnce }: { readonly calls: number; readonly atOnce: number },
): Promise<string> => {
  const rounds = Array.from({ length: Number(values.rounds) })
  const times: { bare: number; call: number }[] = []
  // The first round warms up.
  for (const _ of [undefined, ...rounds])
    times.push({
      bare: await microseconds(bare, calls, atOnce),
      call: await microseconds(call, calls, atOnce),
    })
  const [, ...counted] = times
  const [one, other] = [median(counted.map(each => each.bare)), median(counted.map(each => each.call))]
  const more = median(counted.map(each => each.call - each.bare))
  return `| ${atOnce} | ${bareName}: ${shown(one)} | ${name}: ${shown(other)} | ${shown(more)} |`
}

/** For each call, from first to last; with several at once that is the time between two answers. */
const microseconds = async (ask: Ask, calls: number, atOnce: number): Promise<number> => {
  const begun = performance.now()
  const worker = async () => {
    for (let done = 0; done < calls / atOnce; done += 1) await ask()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return ((performance.now() - begun) * 1000) / calls
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN

const shown = (us: number) => `${us < 10 ? us.toFixed(2) : us.toFixed(0)} µs`

if (values.help) console.log(help)
else await measure()
