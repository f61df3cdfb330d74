import type { RequestHeaders } from './context-headers.ts'
import { single } from './context-headers.ts'
import { type Contract, versionOf } from './contract.ts'
import { ContractMismatch } from './errors.ts'

/** The header that says by which contract a call was made: `catalog/2`. */
export const contractHeader = 'plinth-contract'

/** A contract and its version, as they go with each call. */
export const contractTag = (contract: Pick<Contract, 'name' | 'version'>): string =>
  `${contract.name}/${versionOf(contract)}`

/** Refuses a call by another version of the contract. One that does not say which is by hand, and taken as it is. */
export const assertSameContract = (
  contract: Pick<Contract, 'name' | 'version'>,
  headers: RequestHeaders,
): void => {
  const theirs = single(headers[contractHeader])
  if (theirs !== undefined && theirs !== contractTag(contract)) throw mismatch(contract, theirs)
}

/** See {@link ContractMismatch}; says which two. */
export const mismatch = (contract: Pick<Contract, 'name' | 'version'>, caller: string, detail = '') => {
  const provider = contractTag(contract)
  return ContractMismatch(
    { caller, provider },
    `A call by ${caller} cannot be answered by ${provider}${detail}.`,
  )
}
