import { type Direction, type Frame, type Framer, framerOf } from './frames.ts'

/**
 * AMQP 0-9-1 (section 4.2). A frame is one of the protocol's, or a method with the content that belongs to it: a
 * message is not there before the last byte of its body, so being cut off within leaves what being cut off before
 * it leaves.
 */
export const amqpFramer = (): Framer => {
  const contents = { to: new Map<number, Content>(), from: new Map<number, Content>() }

  const accept = (direction: Direction, unit: Buffer): Frame[] => {
    if (unit.toString('latin1', 0, 4) === 'AMQP') return [{ bytes: unit, kind: 'protocol header' }]
    const channel = unit.readUInt16BE(1)
    const open = contents[direction]
    const content = open.get(channel)
    const finish = (done: Content): Frame[] => {
      open.delete(channel)
      return [{ bytes: Buffer.concat(done.units), kind: done.kind }]
    }
    switch (unit[0]) {
      case 1: {
        const kind = methodOf(unit)
        if (!carriesContent(unit)) return [{ bytes: unit, kind }]
        open.set(channel, { kind, units: [unit], left: undefined })
        return []
      }
      case 2:
        if (content === undefined) break
        content.units.push(unit)
        content.left = Number(unit.readBigUInt64BE(11))
        return content.left === 0 ? finish(content) : []
      case 3:
        if (content?.left === undefined) break
        content.units.push(unit)
        content.left -= unit.length - 8
        return content.left <= 0 ? finish(content) : []
    }
    return [{ bytes: unit, kind: unit[0] === 8 ? 'heartbeat' : 'frame' }]
  }
  return framerOf({ measure, accept })
}

interface Content {
  readonly kind: string
  readonly units: Buffer[]
  /** Bytes of the body that are still to come; undefined before the header. */
  left: number | undefined
}

const measure = (_: Direction, head: Buffer): number | undefined => {
  if (head.length < 7) return undefined
  return head.toString('latin1', 0, 4) === 'AMQP' ? 8 : head.readUInt32BE(3) + 8
}

const carriesContent = (unit: Buffer) =>
  unit.readUInt16BE(7) === 60 && [40, 50, 60, 71].includes(unit.readUInt16BE(9))

const methodOf = (unit: Buffer): string => {
  const [group, method] = [unit.readUInt16BE(7), unit.readUInt16BE(9)]
  const { name, methods } = classes[group] ?? { name: String(group), methods: {} }
  const called = `${name}.${methods[method] ?? method}`
  if (called === 'basic.publish') return `${called} ${routingKeyAfter(unit, 13)}`
  // The consumer's tag, the delivery's, and whether it comes again stand before the exchange.
  if (called === 'basic.deliver') return `${called} ${routingKeyAfter(unit, 11 + 1 + (unit[11] ?? 0) + 9)}`
  return called
}

/** The routing key, behind the exchange's name that stands there. */
const routingKeyAfter = (unit: Buffer, at: number): string => {
  const key = at + 1 + (unit[at] ?? 0)
  return unit.toString('latin1', key + 1, key + 1 + (unit[key] ?? 0))
}

const classes: Readonly<Record<number, { name: string; methods: Readonly<Record<number, string>> }>> = {
  10: {
    name: 'connection',
    methods: {
      ...{ 10: 'start', 11: 'start-ok', 30: 'tune', 31: 'tune-ok', 40: 'open', 41: 'open-ok' },
      ...{ 50: 'close', 51: 'close-ok', 60: 'blocked', 61: 'unblocked' },
    },
  },
  20: { name: 'channel', methods: { 10: 'open', 11: 'open-ok', 20: 'flow', 40: 'close', 41: 'close-ok' } },
  40: { name: 'exchange', methods: { 10: 'declare', 11: 'declare-ok' } },
  50: { name: 'queue', methods: { 10: 'declare', 11: 'declare-ok', 20: 'bind', 21: 'bind-ok' } },
  60: {
    name: 'basic',
    methods: {
      ...{ 10: 'qos', 11: 'qos-ok', 20: 'consume', 21: 'consume-ok', 30: 'cancel', 31: 'cancel-ok' },
      ...{ 40: 'publish', 50: 'return', 60: 'deliver', 80: 'ack', 90: 'reject', 120: 'nack' },
    },
  },
  85: { name: 'confirm', methods: { 10: 'select', 11: 'select-ok' } },
}
