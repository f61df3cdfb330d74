import type { FastifyInstance } from 'fastify'
import type { Sql } from 'postgres'

const money = {
  type: 'object',
  properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
} as const
const product = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    sellerId: { type: 'string' },
    title: { type: 'string' },
    slug: { type: 'string' },
    description: { type: 'string' },
    status: { type: 'string' },
    categoryIds: { type: 'array', items: { type: 'string' } },
    variants: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          sku: { type: 'string' },
          title: { type: 'string' },
          options: { type: 'object', additionalProperties: { type: 'string' } },
          price: money,
          available: { type: 'integer' },
          active: { type: 'boolean' },
        },
      },
    },
    priceRange: { type: 'object', properties: { min: money, max: money } },
    createdAt: { type: 'string' },
    updatedAt: { type: 'string' },
  },
} as const
const page = {
  type: 'object',
  properties: { data: { type: 'array', items: product }, nextCursor: { type: 'string' } },
} as const

interface Row {
  readonly id: string
  readonly min: number
  readonly max: number
  readonly currency: string
}

/** The page that Plinth shows: one query for all there is of each product, serialized by a compiled schema. */
export const catalogRoutes = async (app: FastifyInstance, sql: Sql): Promise<void> => {
  const columns = sql`
    p.id, p.seller_id as "sellerId", p.title, p.slug, p.description, p.status,
    p.created_at as "createdAt", p.updated_at as "updatedAt", p.min_price::int as min, p.max_price::int as max, 'USD' as currency,
    array(select c.category_id from catalog.product_category c where c.product_id = p.id order by c.position) as "categoryIds",
    (select json_agg(json_build_object('id', v.id, 'sku', v.sku, 'title', v.title, 'options', v.options,
              'price', json_build_object('amount', v.price, 'currency', v.currency),
              'available', v.on_hand - v.reserved, 'active', v.active) order by v.id)
       from catalog.variant v where v.product_id = p.id) as variants`
  const list = async (minPrice: number) => {
    const rows = await sql<Row[]>`
      select ${columns} from catalog.product p
       where p.status = 'published' and exists (
         select from catalog.variant v where v.product_id = p.id and v.active and v.price >= ${minPrice})
       order by p.id desc limit 20`
    return { data: rows.map(shown), nextCursor: rows.at(-1)?.id }
  }
  const first = await list(0)

  app.get('/static', { schema: { response: { 200: page } } }, async () => first)
  app.get('/static-detail', { schema: { response: { 200: product } } }, async () => first.data[0])
  app.get<{ Querystring: { minPrice: number } }>(
    '/list',
    {
      schema: {
        querystring: { type: 'object', properties: { minPrice: { type: 'integer' } } },
        response: { 200: page },
      },
    },
    ({ query: { minPrice } }) => list(minPrice),
  )
  app.get<{ Params: { id: string } }>(
    '/detail/:id',
    { schema: { response: { 200: product } } },
    async request => {
      const [row] = await sql<
        Row[]
      >`select ${columns} from catalog.product p where p.id = ${request.params.id}`
      return row && shown(row)
    },
  )
}

const shown = ({ min, max, currency, ...row }: Row) => ({
  ...row,
  priceRange: { min: { amount: min, currency }, max: { amount: max, currency } },
})
