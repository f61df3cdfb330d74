/** A program for tests: starts the private services it can and prints their ports. */
import { startTestServices } from '../src/setup.ts'

process.env.TEST_DATABASE_URL = ''
process.env.TEST_REDIS_URL = ''
const { found } = await startTestServices(['postgres', 'redis'])
const ports = Object.values(found).flatMap(service =>
  service.origin === 'absent' ? [] : [new URL(service.url).port],
)
console.log(ports.join(' '))
setInterval(() => {}, 1000)
