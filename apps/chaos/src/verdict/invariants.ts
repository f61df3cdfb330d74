import { checkInvariants } from '@plinth/invariants'
import { type Check, violationsOf } from './violation.ts'

/** All that `pnpm invariants` checks, of a shop that has nothing to do any more, against the provider's own journal. */
export const invariantsHold: Check = async ({ databaseUrl, provider }) => {
  const findings = await checkInvariants(databaseUrl, { atRest: true, journal: await provider.journal() })
  return findings.flatMap(({ name, samples }) =>
    violationsOf(
      name,
      samples.map(sample => JSON.stringify(sample)),
    ),
  )
}
