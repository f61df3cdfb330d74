/** A place in PostgreSQL's log (manual, section 8.20): two hexadecimal numbers, `16/B374D848`, the upper and the lower half of one. */
export const parseLsn = (text: string): bigint => {
  const [upper = '', lower = ''] = text.split('/')
  return (BigInt(`0x${upper}`) << 32n) + BigInt(`0x${lower}`)
}
