import { deploy, providerNamed } from '@plinth/host'
import { createPayments } from '@plinth/payments'
import { paymentsContract } from '@plinth/payments-contract'

/** Payments by themselves: what is charged, and what goes back. */
await deploy(paymentsContract, {
  create: ({ pool, logger, config }) =>
    createPayments({
      pool,
      logger,
      settings: { currency: config.STORE_CURRENCY, provider: providerNamed(config) },
    }),
})
