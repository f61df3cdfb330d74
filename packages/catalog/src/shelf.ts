import { createHash } from 'node:crypto'
import type { Cache } from '@plinth/cache'
import { type Product, product } from '@plinth/catalog-contract'
import { freeze, type Id, type InTx, idOf, newId, type Page, pageOf } from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import { z } from 'zod'
import { createRecent } from './recent.ts'

/**
 * What everybody may see, kept for a moment. Nothing on it decides about money or stock. What `load` finds must
 * not depend on who asks.
 */
export interface Shelf {
  /** A published product. What there is not is not remembered. */
  product(productId: Id<'Product'>): Promise<Product | undefined>
  /** The published product that a slug names: for good, since slugs never change. */
  slug(slug: string, load: () => Promise<Id<'Product'> | undefined>): Promise<Id<'Product'> | undefined>
  /** A list of published products, of which `load` finds the ids. */
  list(query: object, load: (from: Source) => Promise<Page<Id<'Product'>>>): Promise<Page<Product>>
  /** Once the transaction is committed, these products are read anew; and lists, too, if told so. */
  forget(context: InTx, productIds: readonly Id<'Product'>[], lists: 'lists too' | 'not the lists'): void
}

/** Where to look for what the shelf does not have: a copy that may be some moments old will do, or it will not. */
export type Source = 'replica' | 'primary'

/**
 * The shelf in a cache that the deployable may share with others. What was changed here a moment ago is not looked for in
 * a copy, which may not know of it yet: it would stay on the shelf as it was.
 *
 * @param load finds a published product
 */
export const createShelf = (
  cache: Cache,
  load: (productId: Id<'Product'>, from: Source) => Promise<Product | undefined>,
): Shelf => {
  const changed = createRecent(changedMs)
  const sourceOf = (key: string): Source => (changed.has(key) ? 'primary' : 'replica')
  const generation = () => cache.getOrLoad(generationKey, { ttlMs: 60_000, parse: text }, async () => newId())
  // The word that something has changed may get lost between processes: hence the short lives.
  const product = (id: Id<'Product'>) => {
    const key = productKey(id)
    return cache.getOrLoad(key, productLife, () => load(id, sourceOf(key)))
  }
  /** Lists as they are shown: each for as long as the memory of this process has the ids of it. */
  const shown = new WeakMap<Page<Id<'Product'>>, Promise<Page<Product>>>()
  const show = async ({ data: ids, nextCursor }: Page<Id<'Product'>>): Promise<Page<Product>> => {
    const products = await Promise.all(ids.map(product))
    // One that was taken down a moment ago is not there any more.
    return freeze({ data: products.filter(each => each !== undefined), nextCursor })
  }
  return {
    product,

    slug: (slug, load) =>
      cache.getOrLoad(`catalog:slug:${digest(slug)}`, { ttlMs: 60_000, parse: parseId }, load),

    // Lists are kept under a generation, so that dropping one entry drops them all; and as ids, since different lists
    // show the same products.
    list: async (query, load) => {
      const key = `catalog:list:${await generation()}:${digest(JSON.stringify(query))}`
      const found = await cache.getOrLoad(key, listLife, () => load(sourceOf(generationKey)))
      const known = shown.get(found)
      if (known !== undefined) return known
      const page = show(found)
      shown.set(found, page)
      page.catch(() => shown.delete(found))
      return page
    },

    forget(context, productIds, lists) {
      const keys = [...new Set(productIds)].map(productKey)
      if (lists === 'lists too') keys.push(generationKey)
      if (keys.length === 0) return
      afterCommit(context, () => {
        changed.add(keys)
        void cache.delete(keys)
      })
    },
  }
}

/** Milliseconds: longer than a copy that is in use may be behind. */
const changedMs = 10_000

const generationKey = 'catalog:list-generation'
const productKey = (id: Id<'Product'>) => `catalog:product:${id}`

const text = (json: unknown) => z.string().parse(json)
const parseProduct = (json: unknown) => product.optional().parse(json)
const parseId = (json: unknown) => idOf('Product').optional().parse(json)
const idPage = pageOf(idOf('Product'))
const parseList = (json: unknown) => idPage.parse(json)
/** Most lists are asked for once, and most products by whoever walks through the catalog. */
const productLife = { ttlMs: 5_000, parse: parseProduct, oftenOnce: true }
const listLife = { ttlMs: 2_000, parse: parseList, oftenOnce: true }

/** A key must not be as long as whatever somebody asks for. */
const digest = (key: string) => createHash('sha256').update(key).digest('base64url')
