import { contextOf, NotFound, newId } from '@plinth/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Given, givenCatalog, internal } from './given.ts'

/** Time stands still: nothing here is fresh because something has run out. */
let given: Given
beforeAll(async () => {
  given = await givenCatalog({}, () => 0)
})
afterAll(() => given[Symbol.asyncDispose]())

const seen = (idOrSlug: string) =>
  given.call.getProduct(contextOf(), { idOrSlug }).catch((error: unknown) => {
    expect(NotFound.is(error)).toBe(true)
    return undefined
  })
const listed = async () =>
  (await given.call.listProducts(contextOf(), { limit: 100 })).data.map(({ id }) => id)

test('what is published shows at once, what is taken down is gone at once, and a draft is never shown', async () => {
  const { id, slug } = await given.givenProduct({ status: 'draft' })
  const change = (status: 'draft' | 'published') =>
    given.call.updateProduct(given.selling, { productId: id, changes: { status } })
  const shows = async () => [
    await seen(id).then(found => found !== undefined),
    await seen(slug).then(found => found !== undefined),
    (await listed()).includes(id),
  ]
  expect(await shows()).toEqual([false, false, false])
  expect(await given.call.getProduct(given.selling, { idOrSlug: id })).toMatchObject({ status: 'draft' })
  expect(await shows()).toEqual([false, false, false])
  await change('published')
  expect(await shows()).toEqual([true, true, true])
  await change('draft')
  expect(await shows()).toEqual([false, false, false])
  await change('published')
  expect(await shows()).toEqual([true, true, true])
  await given.call.archiveProduct(given.selling, { productId: id })
  expect(await shows()).toEqual([false, false, false])
})

test('a product shows what can be bought after every reservation, release, sale and adjustment', async () => {
  const product = await given.givenProduct()
  const variantId = product.variants[0]?.id ?? newId<'Variant'>()
  const orderId = newId<'Order'>()
  const available = async () => (await seen(product.id))?.variants[0]?.available
  expect(await available()).toBe(10)
  await given.call.reserveStock(internal, { orderId, lines: [{ variantId, quantity: 4 }] })
  expect(await available()).toBe(6)
  await given.runOut(orderId)
  await given.expire()
  expect(await available()).toBe(10)
  await given.call.sellStock(internal, { orderId })
  expect(await available()).toBe(6)
  await given.call.releaseStock(internal, { orderId })
  expect(await available()).toBe(10)
  await given.call.adjustStock(given.selling, { variantId, delta: -3, reason: 'Broken' })
  expect(await available()).toBe(7)
})

test('a list shows at once what has sold out and what is back', async () => {
  const product = await given.givenProduct()
  const variantId = product.variants[0]?.id ?? newId<'Variant'>()
  const inStock = async () => {
    const { data } = await given.call.listProducts(contextOf(), { limit: 100, inStock: true })
    return data.some(({ id }) => id === product.id)
  }
  const orderId = newId<'Order'>()
  expect(await inStock()).toBe(true)
  await given.call.reserveStock(internal, { orderId, lines: [{ variantId, quantity: 10 }] })
  expect(await inStock()).toBe(false)
  await given.call.releaseStock(internal, { orderId })
  expect(await inStock()).toBe(true)
})

test('nothing is forgotten for a transaction that is rolled back, and nothing of it is shown', async () => {
  const product = await given.givenProduct()
  const variantId = product.variants[0]?.id ?? newId<'Variant'>()
  expect((await seen(product.id))?.variants[0]?.available).toBe(10)
  const failing = given.database.transaction(internal, async inTx => {
    await given.call.reserveStock(inTx, { orderId: newId(), lines: [{ variantId, quantity: 1 }] })
    expect((await seen(product.id))?.variants[0]?.available).toBe(10)
    throw new Error('the caller rolls back')
  })
  await expect(failing).rejects.toThrow('the caller rolls back')
  expect((await seen(product.id))?.variants[0]?.available).toBe(10)
})
