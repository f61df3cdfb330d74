import type { Expectations } from '../settle.ts'
import type { Passed } from './carry-out.ts'

/**
 * How often a mail may come again: its sender, the mail server's answer or the database that notes it as sent was
 * in trouble while it was on its way. In one trouble it may be tried twice.
 */
export const repeatsIn = (passed: readonly Passed[]): NonNullable<Expectations['mayRepeat']> => {
  const troubles = passed.filter(
    ({ fault }) => 'host' in fault || fault.dependency === 'smtp' || fault.dependency === 'postgres',
  )
  return ({ from, to }) => 2 * troubles.filter(each => each.from <= to && each.to >= from).length
}
