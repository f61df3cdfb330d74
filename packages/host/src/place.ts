/** The domains of the shop, each of which may run as a deployable of its own. */
export const domains = ['users', 'catalog', 'cart', 'orders', 'payments', 'notifications'] as const

/** See {@link domains}. */
export type Domain = (typeof domains)[number]

/** Which part of the shop a process is. */
export interface Place {
  /** The domain that is here; undefined where all are that no variable says are elsewhere. */
  readonly only?: Domain
  /** The domains that it calls, wherever they are. */
  readonly calls: readonly Domain[]
}

/** The host of everything that is not elsewhere. */
export const everywhere: Place = { calls: [] }

/** The variable that says where a domain is, `CATALOG_URL`. */
export const urlVariable = <Name extends Domain>(domain: Name) => variables[domain]

const variables = {
  users: 'USERS_URL',
  catalog: 'CATALOG_URL',
  cart: 'CART_URL',
  orders: 'ORDERS_URL',
  payments: 'PAYMENTS_URL',
  notifications: 'NOTIFICATIONS_URL',
} as const satisfies Readonly<Record<Domain, string>>

/** Where each domain is, as configured. */
type Urls = { readonly [variable in (typeof variables)[Domain]]?: string | undefined }

/** Whether a domain is in a process of this place, so configured. */
export const isHere = ({ only }: Place, domain: Domain, given: Urls): boolean =>
  only === undefined ? given[variables[domain]] === undefined : only === domain

/** Whether a part of the shop is elsewhere. */
export const isParted = (place: Place, given: Urls): boolean =>
  !domains.every(domain => isHere(place, domain, given))
