import type { Sql } from 'postgres'
import type { Sent } from './given-large-shop.ts'

/** Things in the large shop that requests are about. */
export type Known = Readonly<Record<keyof typeof queries, string>>

const queries = {
  product: `select id from catalog.product where status = 'published' order by id limit 1`,
  slug: `select slug as id from catalog.product where status = 'published' order by id limit 1`,
  title: `select title as id from catalog.product where status = 'published' order by id limit 1`,
  topCategory: `select id from catalog.category where name = 'Clothing'`,
  category: `select id from catalog.category where name = 'Shirts'`,
  seller: `select seller_id as id from catalog.product group by 1 order by count(*) desc limit 1`,
  smallSeller: `select seller_id as id from catalog.product group by 1 order by count(*) limit 1`,
  buyer: `select user_id as id from orders.order group by 1 order by count(*) desc limit 1`,
  order: `select id from orders.order where user_id = ($buyer) and status = 'fulfilled' order by id limit 1`,
  paid: `select id from orders.order where status = 'paid' order by id limit 1`,
  paidBuyer: `select user_id as id from orders.order where id = ($paid)`,
  sold: `select order_id as id from orders.sale where seller_id = ($seller) order by order_id desc limit 1`,
  variant: `select v.id from catalog.variant v join catalog.product p on p.id = v.product_id
             where p.seller_id = ($seller) and p.status = 'published' and v.active and v.on_hand > 5 order by v.id limit 1`,
  admin: `select id from users.account where 'admin' = any (roles) limit 1`,
  session: `select id from users.session where user_id = (select user_id from users.session order by id desc limit 1) limit 1`,
  sessionUser: `select user_id as id from users.session order by id desc limit 1`,
  letter: `select id from messaging.dead_letter where replayed_at is not null order by id limit 1`,
  refundedOrder: `select order_id as id from payments.refund order by id limit 1`,
  notification: `select id from notifications.notification order by id limit 1`,
} as const

/** Looks them up. */
export const knownIn = async (sql: Sql): Promise<Known> => {
  const expand = (text: string): string =>
    text.replaceAll(/\$(\w+)/g, (_, name: keyof typeof queries) => expand(queries[name]))
  const entries = await Promise.all(
    Object.entries(queries).map(async ([name, text]) => {
      const [row] = await sql.unsafe<{ id: string }[]>(expand(text))
      if (row === undefined) throw new Error(`there is no ${name}`)
      return [name, row.id] as const
    }),
  )
  return Object.fromEntries(entries) as Known
}

const address = {
  name: 'Ada Moreau',
  line1: '12 St James Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'GB',
}

/** One request at least for each operation that reads, in each way to ask; and those that write the most. */
export const requestsOf = (known: Known): (Sent & { readonly status?: number })[] => {
  const admin = { id: known.admin, roles: ['admin'] }
  const seller = { id: known.seller, roles: ['user', 'seller'] }
  const buyer = { id: known.buyer, roles: ['user'] }
  const paidBuyer = { id: known.paidBuyer, roles: ['user'] }
  const user = { id: known.sessionUser, roles: ['user'] }
  const [some = '', ...more] = known.title.split(' ')
  const get = (path: string, as?: Sent['as']) => ({ path, as })
  const filters = [
    'inStock=true',
    'inStock=false',
    'minPrice=100000',
    'maxPrice=4100',
    'minPrice=5000&maxPrice=5100',
    'minPrice=5000&maxPrice=5100&inStock=true',
    `categoryId=${known.category}`,
    `categoryId=${known.topCategory}`,
    `categoryId=${known.category}&inStock=true&maxPrice=6000`,
    `sellerId=${known.seller}`,
    `sellerId=${known.smallSeller}`,
    `sellerId=${known.seller}&categoryId=${known.category}`,
  ]
  const searches = [
    `q=${encodeURIComponent(known.title)}`,
    `q=${some}`,
    'q=shirt',
    'q=sh',
    'q=good',
    `q=${more.at(-1)}&sort=newest`,
    `q=${more.at(-1)}&sort=price_asc`,
    'q=merinno+sweter',
    'q=unheardof',
    `q=shirt&categoryId=${known.category}`,
    `q=shirt&inStock=true&maxPrice=6000`,
    `q=linen&sellerId=${known.seller}`,
  ]
  return [
    get('/v1/products'),
    ...['newest', 'price_asc', 'price_desc'].flatMap(sort => [
      get(`/v1/products?sort=${sort}`),
      ...filters.map(filter => get(`/v1/products?sort=${sort}&${filter}`)),
    ]),
    ...searches.map(search => get(`/v1/products?${search}`)),
    get(`/v1/products/${known.product}`),
    get(`/v1/products/${known.slug}`),
    get(`/v1/products/${known.product}`, seller),
    get('/v1/categories'),
    ...['', '?status=published', '?status=draft'].map(query => get(`/v1/seller/products${query}`, seller)),
    get(`/v1/variants/${known.variant}/stock-adjustments`, seller),
    ...['', '?status=paid', '?status=fulfilled', '?status=cancelled'].map(query =>
      get(`/v1/seller/orders${query}`, seller),
    ),
    get(`/v1/seller/orders/${known.sold}`, seller),
    get('/v1/cart', buyer),
    ...['', '?status=paid', '?status=fulfilled', '?status=failed'].map(query =>
      get(`/v1/orders${query}`, buyer),
    ),
    get(`/v1/orders/${known.order}`, buyer),
    ...[
      ...['', '?status=paid', '?status=failed', '?status=cancelled', `?userId=${known.buyer}`],
      ...[`?userId=${known.buyer}&status=failed`, '?from=2026-01-01T00:00:00Z', '?to=2025-06-01T00:00:00Z'],
      '?status=cancelled&from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z',
    ].map(query => get(`/v1/admin/orders${query}`, admin)),
    ...['', '?status=failed', '?status=succeeded', `?orderId=${known.refundedOrder}`].map(query =>
      get(`/v1/admin/refunds${query}`, admin),
    ),
    ...['', `?orderId=${known.paid}`].map(query => get(`/v1/admin/sandbox/journal${query}`, admin)),
    ...['', '?status=sent', '?status=failed'].map(query => get(`/v1/admin/notifications${query}`, admin)),
    ...['', '?queue=notifications.confirm-order', '?queue=nobody'].map(query =>
      get(`/v1/admin/dead-letters${query}`, admin),
    ),
    ...['', `?actor=${known.sessionUser}`, '?action=orders.cancelled', '?action=users.signed-in'].map(query =>
      get(`/v1/admin/audit${query}`, admin),
    ),
    get(`/v1/admin/audit?subject=${known.variant}&action=catalog.stock-adjusted`, admin),
    ...[
      '',
      '?role=admin',
      '?role=seller',
      '?role=nobody',
      '?status=suspended',
      '?status=active',
      '?email=user17%40shop.example',
    ].map(query => get(`/v1/users${query}`, admin)),
    get('/v1/users?role=seller&status=suspended', admin),
    get(`/v1/users/${known.buyer}`, admin),
    get('/v1/users/me', buyer),
    get('/v1/users/me/sessions', user),
    get('/v1/permissions', admin),
    get('/v1/roles', admin),
    get('/v1/roles/admin', admin),
    get('/.well-known/jwks.json'),
    get('/health/live'),
    get('/health/ready'),
    { method: 'POST', path: '/v1/cart/items', as: buyer, body: { variantId: known.variant, quantity: 1 } },
    {
      method: 'POST',
      path: '/v1/checkout',
      as: buyer,
      body: { shippingAddress: address, payment: { provider: 'sandbox', token: 'tok_approved' } },
      status: 201,
    },
    {
      method: 'POST',
      path: `/v1/variants/${known.variant}/stock-adjustments`,
      as: seller,
      body: { delta: 5, reason: 'Delivery' },
      status: 201,
    },
    { method: 'POST', path: `/v1/orders/${known.paid}/cancel`, as: paidBuyer, body: {} },
  ]
}
