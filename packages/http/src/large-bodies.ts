import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Lets somebody whose body is too large read why. Fastify would hang up at once, and a client that is still
 * sending then sees a broken connection in place of the answer. So what comes is let go, for a moment.
 */
export const lingerOverBody = (request: FastifyRequest, reply: FastifyReply): void => {
  const { raw } = request
  if (raw.readableEnded) return
  reply.removeHeader('connection')
  const hangUp = setTimeout(() => raw.socket.destroy(), patienceMs)
  raw.once('end', () => clearTimeout(hangUp))
  raw.socket.once('close', () => clearTimeout(hangUp))
  raw.resume()
}

/** Milliseconds that the rest of a body is read for. */
const patienceMs = 2000
