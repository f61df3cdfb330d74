import type pino from 'pino'
import { describe, expect, test } from 'vitest'
import { createLogger, silentLogger, withLogFields } from './index.ts'
import type { LoggerOptions } from './logger.ts'

const recording = (options: Partial<LoggerOptions> = {}) => {
  const lines: string[] = []
  const logger = createLogger({
    level: 'debug',
    service: 'shop',
    destination: { write: (line: string) => lines.push(line) },
    ...options,
  })
  return { logger, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') }
}

describe('a line', () => {
  test('is one JSON object with level, ISO time, service and message', () => {
    const { logger, lines, last } = recording()
    logger.info({ orderId: 7 }, 'order\nplaced')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1)
    expect(last()).toMatchObject({ level: 'info', service: 'shop', orderId: 7, msg: 'order\nplaced' })
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('below the level is not written', () => {
    const { logger, lines } = recording({ level: 'warn' })
    logger.info('quiet')
    logger.warn('loud')
    expect(lines).toHaveLength(1)
  })

  test('carries the fields of the calls around it, also after an await and in what was started there', async () => {
    const { logger, last } = recording()
    await withLogFields({ requestId: 'r1' }, async () => {
      await Promise.resolve()
      await withLogFields({ traceId: 't1' }, async () => logger.info('inside'))
    })
    expect(last()).toMatchObject({ requestId: 'r1', traceId: 't1' })
    logger.info('outside')
    expect(last()).not.toHaveProperty('requestId')
  })

  test('has the fields of the child that wrote it', () => {
    const { logger, last } = recording()
    logger.child({ domain: 'orders' }).child({ job: 'sweep' }).info('ran')
    expect(last()).toMatchObject({ domain: 'orders', job: 'sweep' })
  })

  test('stands for people when it is pretty', () => {
    const { logger, lines } = recording({ pretty: true })
    logger.error({ err: new Error('gone'), port: 3000 }, 'cannot listen')
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR cannot listen port=3000\n {2}Error: gone\n {4}at /)
  })

  test('is written whatever is logged', () => {
    const { logger, last } = recording()
    const circular: Record<string, unknown> = { id: 1n, at: new Date(0), bytes: Buffer.from('secret') }
    circular.self = circular
    logger.info({ circular }, 'odd')
    expect(last()).toMatchObject({
      circular: { id: '1', at: '1970-01-01T00:00:00.000Z', bytes: '[6 bytes]' },
    })
    logger.info(
      Object.defineProperty({}, 'broken', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      }),
      'odder',
    )
    expect(last()).toMatchObject({ unloggable: ['broken'], msg: 'odder' })
    logger.info({ many: Array.from({ length: 100_000 }, () => ({ a: { b: {} } })) }, 'large')
    expect(JSON.stringify(last()).length).toBeLessThan(20_000)
  })
})

describe('what a line never holds', () => {
  test.each([
    ['password', { password: 'hunter2' }],
    ['nested token', { body: { card: { paymentToken: 'hunter2' } } }],
    ['refresh token in a list', { sessions: [{ refreshToken: 'hunter2' }] }],
    ['header', { headers: { Authorization: 'Bearer hunter2hunter2', 'set-cookie': ['a=hunter2'] } }],
    ['postal address', { shippingAddress: { line1: 'hunter2' } }],
    ['a URL with credentials', { url: 'amqp://shop:hunter2@broker:5672' }],
    ['a query string', { url: '/reset?token=hunter2&x=1' }],
    ['bytes', { body: Buffer.from('hunter2') }],
  ])('%s', (_, fields) => {
    const { logger, lines } = recording()
    logger.info(fields, 'seen')
    logger.child(fields).info('seen')
    withLogFields({ fields }, () => logger.info('seen'))
    expect(lines).toHaveLength(3)
    expect(lines.join('')).not.toContain('hunter2')
  })

  test('credentials that stand in its message', () => {
    const { logger, lines } = recording()
    logger.info('sent %s to %s with Bearer abcdefghijkl', 'tok_approved', 'ann.lee@example.com')
    expect(lines[0]).toContain('sent tok_[redacted] to a***@example.com with Bearer [redacted]')
  })

  test('the statement and the parameters of a failed query, wherever the error stands', () => {
    const { logger, lines } = recording()
    const driver = Object.assign(new Error('duplicate key value violates unique constraint "users_email"'), {
      code: '23505',
      detail: 'Key (email)=(hunter2) already exists.',
      parameters: ['hunter2'],
      constraint_name: 'users_email',
    })
    const failed = Object.assign(
      new Error('Failed query: insert into users values ($1)\nparams: hunter2\n    at hunter2', {
        cause: driver,
      }),
      { query: 'insert hunter2', params: ['hunter2'] },
    )
    logger.error(failed)
    logger.error({ err: failed })
    logger.error({ err: failed }, 'while registering')
    logger.error({ reason: { inner: failed } }, 'deep')
    logger.error(new Error(`gave up: ${failed.message}`))
    logger.error('as text: %s', failed)
    expect(lines).toHaveLength(6)
    expect(lines.join('')).not.toMatch(/hunter2|insert into/)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'Failed query',
      err: {
        type: 'Error',
        message: 'Failed query',
        cause: { code: '23505', constraint_name: 'users_email' },
      },
    })
  })
})

test('the logger fits where pino is asked for, and honours the serializers a framework hands its child', () => {
  const { logger, last } = recording()
  const base: Omit<pino.BaseLogger, 'msgPrefix'> = logger
  base.warn('fits')
  logger
    .child({}, { serializers: { req: ({ url }: { url: string }) => ({ url }) } })
    .info({ req: { url: '/v1', raw: 'x' } }, 'in')
  expect(last().req).toEqual({ url: '/v1' })
})

test('the silent logger takes everything and its child is as silent', () => {
  silentLogger.child({ a: 1 }).error(new Error('unheard'))
})
