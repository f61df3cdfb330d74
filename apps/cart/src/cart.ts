import { createCart } from '@plinth/cart'
import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import { deploy } from '@plinth/host'

/** The cart by itself: what people mean to buy. */
await deploy(cartContract, {
  calls: ['catalog'],
  cannotDoWithout: ['catalog'],
  create: ({ pool, config, far }) =>
    createCart({
      pool,
      neighbours: { catalog: far(catalogContract) },
      settings: { currency: config.STORE_CURRENCY },
    }),
})
