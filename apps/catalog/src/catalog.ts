import { createCatalog } from '@plinth/catalog'
import { catalogContract } from '@plinth/catalog-contract'
import { deploy } from '@plinth/host'

/** The catalog by itself: products, categories and stock. */
await deploy(catalogContract, {
  create: ({ pool, replica, connections: { cache }, config }) =>
    createCatalog({
      pool,
      replica,
      cache,
      settings: {
        currency: config.STORE_CURRENCY,
        reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
        stockLowThreshold: 5,
      },
    }),
})
