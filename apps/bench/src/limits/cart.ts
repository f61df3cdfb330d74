import type { FastifyInstance } from 'fastify'
import type { Sql } from 'postgres'

interface Item {
  readonly userId: number
  readonly productId: number
}

const body = {
  type: 'object',
  required: ['userId', 'productId'],
  properties: { userId: { type: 'integer' }, productId: { type: 'integer' } },
} as const

/** The least that adding to a cart takes: one upsert. */
export const cartRoute = (app: FastifyInstance, sql: Sql): void => {
  app.post<{ Body: Item }>('/cart', { schema: { body } }, async ({ body: { userId, productId } }) => {
    const [line] = await sql`
      insert into bench.cart_line as line (user_id, product_id, quantity) values (${userId}, ${productId}, 1)
          on conflict (user_id, product_id) do update set quantity = line.quantity + 1
      returning quantity`
    return line
  })
}
