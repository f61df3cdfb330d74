import { errorCodes, type FastifyInstance, type FastifyReply } from 'fastify'

/**
 * Answers for handlers that take longer than they may, whatever hangs; a tenth of a second later at most. One look at
 * all of them now and then stands in for Fastify's `handlerTimeout`, which makes a timer, an abort controller and, when
 * that ends, an error for each request.
 */
export const answerForTheLate = (app: FastifyInstance, withinMs: number): void => {
  const underWay = new Map<FastifyReply, number>()
  const look = setInterval(() => {
    const begun = performance.now() - withinMs
    // Oldest first.
    for (const [reply, since] of underWay) {
      if (since > begun) break
      underWay.delete(reply)
      giveUp(reply, withinMs)
    }
  }, 100).unref()
  app.addHook('onClose', (_, done) => {
    clearInterval(look)
    done()
  })
  app.addHook('onRequest', (_, reply, done) => {
    underWay.set(reply, performance.now())
    done()
  })
  app.addHook('onResponse', (_, reply, done) => {
    underWay.delete(reply)
    done()
  })
}

const giveUp = (reply: FastifyReply, withinMs: number) => {
  if (reply.sent) return
  const error = new errorCodes.FST_ERR_HANDLER_TIMEOUT(withinMs, reply.request.routeOptions.url)
  // An answer that has begun cannot become another one.
  if (reply.raw.headersSent) reply.raw.destroy(error)
  else void reply.send(error)
}
