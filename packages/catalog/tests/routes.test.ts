import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenGateway } from './gateway.ts'
import { aProduct, aVariant, type Given, givenCatalog, userWith } from './given.ts'

let given: Given
let gateway: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenCatalog()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const admin = userWith('admin')
const buyer = userWith('user')
const rival = userWith('seller')
const send: typeof gateway.send = (...request) => gateway.send(...request)

describe('products', () => {
  test('are made by sellers, as drafts unless told otherwise', async () => {
    const { status: _, ...body } = aProduct({ title: 'Reading lamp' })
    const made = await send('POST', '/v1/products', { as: given.seller, body })
    expect(made.status).toBe(201)
    expect(made.headers.location).toBe(`/v1/products/${made.body.id}`)
    expect(made.body).toEqual({
      id: expect.any(String),
      sellerId: given.seller.id,
      title: 'Reading lamp',
      slug: 'reading-lamp',
      description: body.description,
      status: 'draft',
      categoryIds: [],
      variants: [
        {
          id: expect.any(String),
          sku: body.variants[0]?.sku,
          title: '',
          options: {},
          price: { amount: 4900, currency: 'USD' },
          available: 10,
          active: true,
        },
      ],
      priceRange: { min: { amount: 4900, currency: 'USD' }, max: { amount: 4900, currency: 'USD' } },
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    })
    expect((await send('GET', made.headers.location ?? '', { as: given.seller })).body).toEqual(made.body)
    const twin = await send('POST', '/v1/products', {
      as: given.seller,
      body: aProduct({ title: 'Reading lamp' }),
    })
    expect(twin.body.slug).toMatch(/^reading-lamp-[0-9a-f]{8}$/)
  })

  test('are seen by id and slug; drafts and archived ones by their seller and admins alone', async () => {
    const { id, slug } = await given.givenProduct({ status: 'draft' })
    const seenBy = async (as?: typeof admin) => {
      const answers = await Promise.all([id, slug].map(name => send('GET', `/v1/products/${name}`, { as })))
      return answers.map(({ status }) => status)
    }
    for (const status of ['draft', 'archived']) {
      await send('PATCH', `/v1/products/${id}`, { as: given.seller, body: { status } })
      expect(await Promise.all([undefined, buyer, rival].map(seenBy))).toEqual([
        [404, 404],
        [404, 404],
        [404, 404],
      ])
      expect(await Promise.all([given.seller, admin].map(seenBy))).toEqual([
        [200, 200],
        [200, 200],
      ])
    }
    await send('PATCH', `/v1/products/${id}`, { as: given.seller, body: { status: 'published' } })
    expect(await Promise.all([undefined, buyer, rival].map(seenBy))).toEqual([
      [200, 200],
      [200, 200],
      [200, 200],
    ])
    expect((await send('DELETE', `/v1/products/${id}`, { as: given.seller })).status).toBe(204)
    expect(await seenBy()).toEqual([404, 404])
    expect((await send('DELETE', `/v1/products/${id}`, { as: given.seller })).status).toBe(204)
  })

  test('are told apart by their ETag, and changed only if they are what the caller saw', async () => {
    const { id, slug } = await given.givenProduct()
    const url = `/v1/products/${id}`
    const { headers } = await send('GET', url)
    const etag = String(headers.etag)
    const again = await send('GET', url, { headers: { 'if-none-match': etag } })
    expect([again.status, again.body]).toEqual([304, undefined])
    const as = given.seller
    const change = (title: string) =>
      send('PATCH', url, { as, body: { title }, headers: { 'if-match': etag } })
    const changed = await change('Changed')
    expect([changed.status, changed.body.title, changed.body.slug]).toEqual([200, 'Changed', slug])
    expect(changed.headers.etag).toBe((await send('GET', url)).headers.etag)
    const stale = await change('Changed again')
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await send('DELETE', url, { as, headers: { 'if-match': etag } })).status).toBe(412)
  })

  test('that are wrong are refused field by field', async () => {
    const sku = `SKU-${newId()}`
    const wrong: [object, string][] = [
      [
        aProduct({ variants: [aVariant({ price: { amount: 1, currency: 'EUR' } })] }),
        '/variants/0/price/currency',
      ],
      [
        aProduct({ variants: [aVariant({ price: { amount: 1.5, currency: 'USD' } })] }),
        '/variants/0/price/amount',
      ],
      [aProduct({ variants: [aVariant({ stock: 1_000_001 })] }), '/variants/0/stock'],
      [aProduct({ variants: [aVariant({ sku }), aVariant({ sku })] }), '/variants/1/sku'],
      [aProduct({ categoryIds: [newId()] }), '/categoryIds/0'],
      [{ ...aProduct(), sellerId: admin.id }, '/sellerId'],
      [aProduct({ variants: [] }), '/variants'],
      [aProduct({ title: '  ' }), '/title'],
    ]
    for (const [body, pointer] of wrong) {
      const answer = await send('POST', '/v1/products', { as: given.seller, body })
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed'])
      expect(answer.body.errors.map((each: { pointer: string }) => each.pointer)).toContain(pointer)
    }
  })

  test('need a SKU that no other variant in the store has', async () => {
    const { variants } = await given.givenProduct()
    const body = aProduct({ variants: [aVariant(), aVariant({ sku: variants[0]?.sku ?? '' })] })
    const taken = await send('POST', '/v1/products', { as: rival, body })
    expect([taken.status, taken.body.code, taken.body.sku]).toEqual([409, 'sku_taken', variants[0]?.sku])
  })

  test('may be as large as the schema lets them', async () => {
    const long = (length: number, seed: number) =>
      Array.from({ length }, (_, index) =>
        String.fromCodePoint(0x4e00 + ((index * 7919 + seed) % 20_000)),
      ).join('')
    const variants = Array.from({ length: 100 }, (_, index) =>
      aVariant({
        title: long(200, index),
        options: Object.fromEntries(
          Array.from({ length: 20 }, (_, key) => [`option ${key}`, long(40, index * key)]),
        ),
      }),
    )
    const body = aProduct({ title: long(200, 1), description: long(20_000, 3), variants })
    const made = await send('POST', '/v1/products', { as: given.seller, body })
    expect([made.status, made.body.variants?.length]).toEqual([201, 100])
    const one = await send('POST', `/v1/products/${made.body.id}/variants`, {
      as: given.seller,
      body: aVariant(),
    })
    expect([one.status, one.body.code]).toEqual([400, 'validation_failed'])
  })

  test('are listed with conventions of every list', async () => {
    await given.givenProduct()
    const page = await send('GET', '/v1/products?limit=1&sort=price_asc&inStock=true&minPrice=1')
    expect([page.status, page.body.data.length, typeof page.body.nextCursor]).toEqual([200, 1, 'string'])
    const next = encodeURIComponent(page.body.nextCursor)
    const other = await send('GET', `/v1/products?limit=1&sort=price_desc&cursor=${next}`)
    expect([other.status, other.body.code]).toEqual([400, 'invalid_cursor'])
    for (const query of [
      'limit=0',
      'limit=101',
      'sort=best',
      'inStock=yes',
      'minPrice=1.5',
      'color=red',
      'categoryId=x',
    ])
      expect((await send('GET', `/v1/products?${query}`)).status).toBe(400)
    const own = await send('GET', '/v1/seller/products?status=published', { as: given.seller })
    expect(own.body.data.every(({ sellerId }: { sellerId: string }) => sellerId === given.seller.id)).toBe(
      true,
    )
  })
})

describe('variants', () => {
  test('are added and changed by their seller and admins', async () => {
    const { id } = await given.givenProduct()
    const body = aVariant({ title: 'L', options: { size: 'L' } })
    const added = await send('POST', `/v1/products/${id}/variants`, { as: given.seller, body })
    expect([added.status, added.body.title, added.body.available]).toEqual([201, 'L', 10])
    const again = await send('POST', `/v1/products/${id}/variants`, { as: given.seller, body })
    expect([again.status, again.body.code]).toEqual([409, 'sku_taken'])
    const changes = { price: { amount: 100, currency: 'USD' }, active: false, options: { size: 'XL' } }
    const url = `/v1/variants/${added.body.id}`
    const headers = { 'if-match': String(added.headers.etag) }
    const changed = await send('PATCH', url, { as: admin, body: changes, headers })
    expect(changed.body).toEqual({ ...added.body, ...changes })
    expect((await send('PATCH', url, { as: admin, body: changes, headers })).status).toBe(412)
    const euro = await send('PATCH', url, {
      as: given.seller,
      body: { price: { amount: 1, currency: 'EUR' } },
    })
    expect([euro.status, euro.body.errors[0].pointer]).toEqual([400, '/price/currency'])
    const { body: product } = await send('GET', `/v1/products/${id}`)
    expect(product.priceRange.min.amount).toBe(4900)
  })

  test('have their stock adjusted, and a ledger of it', async () => {
    const [variant] = await given.givenStock(5)
    const url = `/v1/variants/${variant.id}/stock-adjustments`
    const adjust = (delta: number) =>
      send('POST', url, { as: given.seller, body: { delta, reason: 'Counted' } })
    const more = await adjust(3)
    expect([more.status, more.body]).toEqual([201, { available: 8, onHand: 8, reserved: 0 }])
    const less = await adjust(-9)
    expect([less.status, less.body.code, less.body.lines]).toEqual([
      409,
      'insufficient_stock',
      [{ variantId: variant.id, requested: 9, available: 8 }],
    ])
    expect((await adjust(0)).status).toBe(400)
    const ledger = await send('GET', `${url}?limit=1`, { as: given.seller })
    expect(ledger.body.data[0]).toMatchObject({ kind: 'adjustment', delta: 3, onHand: 8, reason: 'Counted' })
    expect(ledger.body.nextCursor).toEqual(expect.any(String))
  })
})

describe('categories', () => {
  test('are a tree that admins arrange', async () => {
    const make = (body: object) => send('POST', '/v1/categories', { as: admin, body })
    const home = await make({ name: 'Home & Garden' })
    expect([home.status, home.body]).toEqual([
      201,
      { id: expect.any(String), name: 'Home & Garden', slug: 'home-garden', parentId: null, children: [] },
    ])
    const lamps = await make({ name: 'Lamps', parentId: home.body.id })
    const tree = await send('GET', '/v1/categories')
    expect(tree.body.data).toContainEqual({ ...home.body, children: [lamps.body] })
    const orphan = await make({ name: 'Orphan', parentId: newId() })
    expect([orphan.status, orphan.body.errors[0].pointer]).toEqual([400, '/parentId'])
    const url = `/v1/categories/${home.body.id}`
    const loop = await send('PATCH', url, { as: admin, body: { parentId: lamps.body.id } })
    expect([loop.status, loop.body.code]).toEqual([409, 'category_cycle'])
    const self = await send('PATCH', url, { as: admin, body: { parentId: home.body.id } })
    expect([self.status, self.body.code]).toEqual([409, 'category_cycle'])
    const unknown = await send('PATCH', url, { as: admin, body: { parentId: newId() } })
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([400, '/parentId'])
    const renamed = await send('PATCH', url, { as: admin, body: { name: 'Home' } })
    expect(renamed.body).toEqual({ ...home.body, name: 'Home', children: [lamps.body] })
    const used = await send('DELETE', url, { as: admin })
    expect([used.status, used.body.code]).toEqual([409, 'category_in_use'])
    const moved = await send('PATCH', `/v1/categories/${lamps.body.id}`, {
      as: admin,
      body: { parentId: null },
    })
    expect(moved.body.parentId).toBeNull()
    expect((await send('DELETE', url, { as: admin })).status).toBe(204)
    expect((await send('DELETE', url, { as: admin })).status).toBe(404)
    await given.givenProduct({ categoryIds: [lamps.body.id], status: 'draft' })
    const filled = await send('DELETE', `/v1/categories/${lamps.body.id}`, { as: admin })
    expect([filled.status, filled.body.code]).toEqual([409, 'category_in_use'])
  })
})

test('changes of the tree at the same time leave a tree', async () => {
  const names = ['a', 'b', 'c', 'd']
  const make = async (name: string) =>
    (await send('POST', '/v1/categories', { as: admin, body: { name } })).body
  const [a, b, c, d] = await Promise.all(names.map(make))
  const move = (from: typeof a, to: typeof a) =>
    send('PATCH', `/v1/categories/${from.id}`, { as: admin, body: { parentId: to.id } })
  const answers = await Promise.all([
    move(a, b),
    move(b, c),
    move(c, a),
    move(b, a),
    send('DELETE', `/v1/categories/${d.id}`, { as: admin }),
    send('POST', '/v1/categories', { as: admin, body: { name: 'e', parentId: d.id } }),
    send('POST', '/v1/products', { as: given.seller, body: aProduct({ categoryIds: [d.id, a.id] }) }),
  ])
  for (const { status } of answers) expect([200, 201, 204, 400, 409]).toContain(status)
  const { body } = await send('GET', '/v1/categories')
  const all = (nodes: { id: string; children: [] }[]): string[] =>
    nodes.flatMap(({ id, children }) => [id, ...all(children)])
  expect(all(body.data)).toEqual(expect.arrayContaining([a.id, b.id, c.id]))
})

test('writes ask for a token, then for the permission, and are a 404 for another seller', async () => {
  const product = await given.givenProduct()
  const [variant] = product.variants
  const id = product.id
  const sellers: ['POST' | 'PATCH' | 'DELETE' | 'GET', string, object?][] = [
    ['PATCH', `/v1/products/${id}`, { title: 'Mine' }],
    ['DELETE', `/v1/products/${id}`],
    ['POST', `/v1/products/${id}/variants`, aVariant()],
    ['PATCH', `/v1/variants/${variant?.id}`, { active: false }],
    ['POST', `/v1/variants/${variant?.id}/stock-adjustments`, { delta: 1, reason: 'x' }],
    ['GET', `/v1/variants/${variant?.id}/stock-adjustments`],
  ]
  const others: typeof sellers = [
    ['POST', '/v1/products', aProduct()],
    ['GET', '/v1/seller/products'],
    ['POST', '/v1/categories', { name: 'X' }],
    ['PATCH', `/v1/categories/${newId()}`, { name: 'X' }],
    ['DELETE', `/v1/categories/${newId()}`],
  ]
  for (const [method, url, body] of [...sellers, ...others]) {
    const sent = (as?: typeof buyer) => send(method, url, { as, ...(body && { body }) })
    expect([(await sent()).status, (await sent(buyer)).status, url]).toEqual([401, 403, url])
  }
  for (const [method, url, body] of sellers) {
    const answer = await send(method, url, { as: rival, ...(body && { body }) })
    expect([answer.status, answer.body.code, url]).toEqual([404, 'not_found', url])
  }
  expect(await given.call.getProduct(given.selling, { idOrSlug: id })).toEqual(product)
})
