import postgres, { type Sql } from 'postgres'
import { z } from 'zod'
import type { Signer } from '../buyers.ts'
import type { LoadRequest } from '../load-process.ts'
import { checkoutOf } from '../scenario.ts'

/** Things in the shop that are asked for, each many, and who asks. */
export interface Samples extends AsyncDisposable {
  readonly sql: Sql
  readonly signer: Signer
  readonly titles: readonly string[]
  readonly categoryIds: readonly string[]
  readonly buyers: readonly string[]
  readonly sellers: readonly string[]
  readonly variants: readonly string[]
  readonly admin: string
}

const many = 400

/** Looks them up: buyers and sellers as orders come, so that those who order much come often. */
export const samplesOf = async (databaseUrl: string, signer: Signer): Promise<Samples> => {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined })
  const column = async (text: string) => (await sql.unsafe<{ it: string }[]>(text)).map(({ it }) => it)
  const [titles, categoryIds, buyerIds, sellerIds, variants, [adminId = '']] = await Promise.all([
    column(
      `select title as it from catalog.product tablesample system (1) where status = 'published' limit ${many}`,
    ),
    column(`select id as it from catalog.category order by id`),
    column(`select user_id as it from orders.order tablesample system (1) limit ${many}`),
    column(`select seller_id as it from orders.order_line tablesample system (1) limit ${many}`),
    column(`select v.id as it from catalog.variant v tablesample system (5) join catalog.product p on p.id = v.product_id
             where v.active and p.status = 'published' and v.on_hand - v.reserved > 20 limit 1000`),
    column(`select id as it from users.account where 'admin' = any (roles) limit 1`),
  ])
  const signed = (ids: readonly string[], ...roles: string[]) =>
    Promise.all(ids.map(id => signer.authorizationOf(id, roles)))
  return {
    ...{ sql, signer, titles, categoryIds, variants },
    buyers: await signed(buyerIds, 'user'),
    sellers: await signed(sellerIds, 'user', 'seller'),
    admin: await signer.authorizationOf(adminId, ['admin']),
    [Symbol.asyncDispose]: () => sql.end(),
  }
}

/** One thing that is read, in many ways. */
export interface Reading {
  readonly name: string
  readonly requests: readonly LoadRequest[]
}

/** Everything that is read. No two requests in a row ask for the same, so that no cache answers. */
export const readingsOf = ({ titles, categoryIds, buyers, sellers, admin }: Samples): Reading[] => {
  const each = <Item>(items: readonly Item[], path: (item: Item, n: number) => string): LoadRequest[] =>
    Array.from({ length: 4_000 }, (_, n) => {
      const item = items[n % items.length]
      return { path: item === undefined ? '/' : `${path(item, n)}` }
    })
  const as = (who: readonly string[], path: string): LoadRequest[] =>
    who.map(authorization => ({ path, headers: { authorization } }))
  // A limit of its own makes each request another for the cache.
  const other = (n: number) => `limit=20&maxPrice=${10_000_000 + n}`
  return [
    {
      name: 'search',
      requests: each(titles, (title, n) => `/v1/products?limit=${15 + (n % 6)}&q=${asTyped(title, n)}`),
    },
    {
      name: 'category',
      requests: each(categoryIds, (id, n) => `/v1/products?categoryId=${id}&limit=${5 + (n % 40)}`),
    },
    {
      name: 'category by price',
      requests: each(categoryIds, (id, n) => `/v1/products?categoryId=${id}&sort=price_asc&${other(n)}`),
    },
    {
      name: 'span of prices',
      requests: each(
        [10, 100, 1_000],
        (width, n) =>
          `/v1/products?minPrice=${4_000 + ((n * 61) % 9_000)}&maxPrice=${4_000 + ((n * 61) % 9_000) + width}`,
      ),
    },
    {
      name: 'cheapest from a price',
      requests: each([1], (_, n) => `/v1/products?sort=price_asc&minPrice=${4_000 + n * 7}&inStock=true`),
    },
    { name: 'order history', requests: as(buyers, '/v1/orders') },
    { name: 'sales', requests: as(sellers, '/v1/seller/orders') },
    { name: 'sales to send', requests: as(sellers, '/v1/seller/orders?status=paid') },
    { name: 'own products', requests: as(sellers, '/v1/seller/products') },
    {
      name: 'all orders',
      requests: [
        '',
        '?status=paid',
        '?status=cancelled',
        '?from=2025-03-01T00:00:00Z&to=2025-03-02T00:00:00Z',
      ].map(query => ({ path: `/v1/admin/orders${query}`, headers: { authorization: admin } })),
    },
  ]
}

/** What somebody types who looks for it: some of its words, the last not whole, now and then with a slip. */
const asTyped = (title: string, n: number): string => {
  const words = title.toLowerCase().split(' ')
  const [maker = ''] = words
  const noun = words.at(-1) ?? ''
  const material = words.at(-2) ?? ''
  const typed = [
    ...[`${material} ${noun}`, `${maker} ${noun}`, noun, `${material} ${noun.slice(0, 4)}`, maker],
    ...[title, `${material.slice(0, -2)}${material.slice(-1)} ${noun}`, `${noun} ${material}`],
  ]
  return encodeURIComponent(typed[n % typed.length] ?? noun)
}

/** The requests for pages of the list of all products, each at a depth, as clients get there. */
export const walk = async (url: string, pages: readonly number[]) => {
  const found: { page: number; path: string; paths: string[] }[] = []
  let path = '/v1/products?limit=20'
  const shape = z.object({ nextCursor: z.string().nullable() })
  for (let page = 1; page <= Math.max(...pages) + 40; page++) {
    if (pages.includes(page)) found.push({ page, path, paths: [] })
    const latest = found.at(-1)
    if (latest !== undefined && latest.paths.length < 40 && path.includes('cursor')) latest.paths.push(path)
    const { nextCursor } = shape.parse(await (await fetch(`${url}${path}`)).json())
    if (nextCursor === null) break
    path = `/v1/products?limit=20&cursor=${encodeURIComponent(nextCursor)}`
  }
  return found
}

/** Checkouts of carts that are filled for the purpose: each of one variant, by buyers of the large shop. */
export const checkoutsFor = async (
  { sql, signer, variants }: Samples,
  count: number,
): Promise<LoadRequest[]> => {
  const carts = await sql<{ id: string; user_id: string }[]>`
    select cart.id, user_id from cart.cart join users.account on account.id = user_id and status = 'active'
     order by cart.id desc limit ${count}`
  const ids = carts.map(({ id }) => id)
  await sql`delete from cart.cart_line where cart_id = any(${ids}::uuid[])`
  await sql`
    insert into cart.cart_line (cart_id, variant_id, quantity)
    select id, (${[...variants]}::uuid[])[1 + n % ${variants.length}], 1 from unnest(${ids}::uuid[]) with ordinality _(id, n)`
  return Promise.all(carts.map(async ({ user_id }) => checkoutOf(await signer.authorizationOf(user_id))))
}
