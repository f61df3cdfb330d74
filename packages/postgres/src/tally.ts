import { type Tally, tally } from '@plinth/telemetry'

/** Adds to what the work at hand costs, where that is counted. */
export const count = ({ statements = 0, transactions = 0 }: Partial<Tally>): void => {
  const counted = tally()
  if (counted === undefined) return
  counted.statements += statements
  counted.transactions += transactions
}
