import { type CatalogContract, type Category, SkuTaken } from '@plinth/catalog-contract'
import {
  actingAs,
  asId,
  type Client,
  contextOf,
  type Id,
  type Permission,
  permissionsOf,
  service,
  type User,
} from '@plinth/kernel'
import { EmailTaken, type UsersContract } from '@plinth/users-contract'
import { type SeedAccount, seedAccounts, seedPassword } from './accounts.ts'
import { productsOf } from './products.ts'
import { shelves } from './shelves.ts'

/** What seeding needs. */
export interface SeedDeps {
  readonly users: Client<UsersContract, 'register' | 'setRoles' | 'listUsers'>
  readonly catalog: Client<
    CatalogContract,
    'createCategory' | 'listCategories' | 'createProduct' | 'listOwnProducts'
  >
  readonly permissions: readonly Permission[]
  readonly currency: string
  /** Told how far it is. */
  readonly onProgress?: (done: number, total: number, what: string) => void
}

const asHost = contextOf(service('seed'))

/**
 * Fills an empty shop: accounts for each role, a category tree, some 200 products with stock. What is
 * there already is left alone, so seeding twice is seeding once.
 */
export const seed = async (deps: SeedDeps): Promise<{ readonly products: number }> => {
  const accounts = Object.entries(seedAccounts)
  const sellers = new Map<string, User>()
  for (const [index, [key, account]] of accounts.entries()) {
    deps.onProgress?.(index, accounts.length, 'accounts')
    const id = await accountOf(deps, account)
    sellers.set(key, {
      kind: 'user',
      id,
      roles: account.roles,
      permissions: permissionsOf(account.roles, deps.permissions),
    })
  }
  const categoryIdOf = await categoriesOf(deps)
  let products = 0
  for (const shelf of shelves) {
    const seller = sellers.get(shelf.seller)
    const categoryId = categoryIdOf(shelf.category)
    if (seller === undefined || categoryId === undefined)
      throw new Error(`the shelf ${shelf.category.join(' / ')} has no place`)
    for (const product of productsOf(shelf, categoryId, deps.currency)) {
      deps.onProgress?.(products, shelves.length * 10, 'products')
      await deps.catalog.createProduct(actingAs(asHost, seller), product).catch(ignoreTaken)
      products += 1
    }
  }
  return { products }
}

const accountOf = async ({ users }: SeedDeps, { email, name, roles }: SeedAccount): Promise<Id<'User'>> => {
  const { id } = await users
    .register(asHost, { email, name, password: seedPassword })
    .catch(async (error: unknown) => {
      const [present] = (await users.listUsers(asHost, { email, limit: 1 })).data
      if (!EmailTaken.is(error) || present === undefined) throw error
      return present
    })
  await users.setRoles(asHost, { userId: id, roles: [...roles] })
  return asId(id)
}

const categoriesOf = async ({ catalog }: SeedDeps) => {
  const { data } = await catalog.listCategories(asHost, {})
  const known = new Map<string, Id<'Category'>>()
  const learn = (category: Category, path: string[]): void => {
    known.set([...path, category.name].join('/'), category.id)
    for (const child of category.children) learn(child, [...path, category.name])
  }
  for (const category of data) learn(category, [])
  const ensure = async (path: string, name: string, parentId: Id<'Category'> | null) => {
    const id = known.get(path) ?? (await catalog.createCategory(asHost, { name, parentId })).id
    known.set(path, id)
    return id
  }
  for (const {
    category: [top, leaf],
  } of shelves) {
    await ensure(`${top}/${leaf}`, leaf, await ensure(top, top, null))
  }
  return (path: readonly string[]) => known.get(path.join('/'))
}

const ignoreTaken = (error: unknown): void => {
  if (!SkuTaken.is(error)) throw error
}
