/** How this store runs its catalog. */
export interface CatalogSettings {
  /** The store's one currency, ISO 4217. */
  readonly currency: string
  /** Seconds for which a reservation holds stock, by the database's clock. */
  readonly reservationTtlSeconds: number
  /** `catalog.stock-low` is announced when what is available falls to this number or below it. */
  readonly stockLowThreshold: number
}
