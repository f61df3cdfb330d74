import { deploy } from '@plinth/host'
import { ordersContract } from '@plinth/orders-contract'
import { createReviews } from '@plinth/reviews'
import { reviewsContract } from '@plinth/reviews-contract'

/** Reviews by themselves: while orders are away they can be read, and not written. */
await deploy(reviewsContract, {
  calls: ['orders'],
  create: ({ pool, far }) => createReviews({ pool, neighbours: { orders: far(ordersContract) } }),
})
