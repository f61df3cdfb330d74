import { parseArgs } from 'node:util'
import { loadLargeShop } from './load.ts'
import { prepare } from './prepare.ts'

const usage = `Usage: DATABASE_URL=postgres://... pnpm bench:data [options]

Fills an empty database with a large shop: a million products in two million variants, a million users, and five million
orders with their lines, history, reservations, payments, refunds and stock movements over three years, at realistic skew.
Migrates it first. Every invariant holds in it. A role that may leave foreign keys unchecked (a superuser) is faster.

  --scale N     a part of that (1)
  --lanes N     connections that write side by side (3)
`

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  },
})

const main = async () => {
  const url = process.env.DATABASE_URL
  if (url === undefined) throw new Error('DATABASE_URL is needed: an empty database')
  await prepare(url)
  await loadLargeShop(url, { scale: Number(values.scale), lanes: Number(values.lanes), tell: console.log })
}

if (values.help) console.log(usage)
else await main()
