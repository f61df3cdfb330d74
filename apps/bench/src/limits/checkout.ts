import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Sql } from 'postgres'

interface Wanted {
  readonly productId: number
}

const body = {
  type: 'object',
  required: ['productId'],
  properties: { productId: { type: 'integer' } },
} as const
const response = {
  201: { type: 'object', properties: { id: { type: 'string' }, total: { type: 'integer' } } },
} as const

/** The least that selling something takes: stock, order, line and event, durable and together. */
export const checkoutRoutes = (app: FastifyInstance, sql: Sql): void => {
  // Four round trips in one transaction.
  app.post<{ Body: Wanted }>(
    '/checkout',
    { schema: { body, response } },
    async ({ body: { productId } }, reply) => {
      const id = randomUUID()
      const total = await sql.begin(async tx => {
        const [stock] = await tx<{ price: number }[]>`
        update bench.stock set on_hand = on_hand - 1 where id = ${productId} and on_hand >= 1 returning price`
        if (stock === undefined) return undefined
        await tx`insert into bench.orders (id, total) values (${id}, ${stock.price})`
        await tx`insert into bench.order_line (order_id, product_id, quantity, price) values (${id}, ${productId}, 1, ${stock.price})`
        await tx`insert into bench.outbox (id, type, data) values (${randomUUID()}, 'placed', ${JSON.stringify({ id, productId })})`
        return stock.price
      })
      if (total === undefined) return reply.code(409).send({ error: 'sold out' })
      return reply.code(201).send({ id, total })
    },
  )

  // The same in a single statement.
  app.post<{ Body: Wanted }>(
    '/checkout-one-statement',
    { schema: { body, response } },
    async ({ body: { productId } }, reply) => {
      const id = randomUUID()
      const [sold] = await sql<{ price: number }[]>`
        with stock as (
          update bench.stock set on_hand = on_hand - 1 where id = ${productId} and on_hand >= 1 returning price
        ), placed as (
          insert into bench.orders (id, total) select ${id}, price from stock
        ), line as (
          insert into bench.order_line (order_id, product_id, quantity, price) select ${id}, ${productId}, 1, price from stock
        ), event as (
          insert into bench.outbox (id, type, data) select ${randomUUID()}, 'placed', ${JSON.stringify({ id, productId })} from stock
        )
        select price from stock`
      if (sold === undefined) return reply.code(409).send({ error: 'sold out' })
      return reply.code(201).send({ id, total: sold.price })
    },
  )
}
