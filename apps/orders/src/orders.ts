import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import { deploy } from '@plinth/host'
import { detached } from '@plinth/kernel'
import { createOrders } from '@plinth/orders'
import { ordersContract } from '@plinth/orders-contract'
import { paymentsContract } from '@plinth/payments-contract'

/** Orders by themselves: checkout, and what becomes of orders. */
await deploy(ordersContract, {
  calls: ['cart', 'catalog', 'payments'],
  cannotDoWithout: ['payments'],
  create: ({ pool, logger, config, far }) =>
    createOrders({
      pool,
      logger,
      neighbours: {
        cart: detached(cartContract, far(cartContract)),
        catalog: detached(catalogContract, far(catalogContract)),
        payments: detached(paymentsContract, far(paymentsContract)),
      },
      settings: {
        reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
        maxOpenOrders: config.MAX_OPEN_ORDERS_PER_USER,
        paymentProvider: config.PAYMENT_PROVIDER,
      },
    }),
})
