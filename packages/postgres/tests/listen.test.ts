import { createTestDatabase, eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { connectPostgres, createDatabase } from '../src/index.ts'
import { context, listeningLogger } from './given.ts'

it('a listener hears of its channel, of no other, and goes on after its connection was lost', async () => {
  await using own = await createTestDatabase({ name: 'listen' })
  await using pool = connectPostgres({
    url: own.url,
    applicationName: 'shop',
    logger: listeningLogger().logger,
  })
  const run = (text: ReturnType<typeof sql>) =>
    createDatabase({ pool, schema: 'shop' }).on(context).execute(text)
  const heard: string[] = []
  let listening = 0
  const orders = pool.listen(
    'orders "new"',
    payload => heard.push(`orders ${payload}`),
    () => {
      listening += 1
    },
  )
  pool.listen('carts', payload => {
    heard.push(`carts ${payload}`)
    throw new Error('a handler of no use')
  })
  pool.listen('ready', () => heard.push('ready'))
  await eventually(() => listening === 1)
  await eventually(async () => {
    await run(sql`select pg_notify('ready', '')`)
    return heard.includes('ready')
  })
  await run(sql`select pg_notify('carts', '1'), pg_notify('orders "new"', '2'), pg_notify('else', '3')`)
  await eventually(() => expect(heard.filter(line => line !== 'ready')).toEqual(['carts 1', 'orders 2']))

  await run(
    sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop listener'`,
  )
  await eventually(() => listening === 2)
  orders.end()
  await run(sql`select pg_notify('orders "new"', '4'), pg_notify('carts', '5')`)
  await eventually(() => expect(heard.at(-1)).toBe('carts 5'))
  expect(heard).not.toContain('orders 4')
})
