import type { AuditContract } from '@plinth/audit'
import { contracts, type Ground } from '@plinth/host'
import { gatewayOf } from '@plinth/http'
import { serveDocs } from '@plinth/http/docs'
import type { Implementation } from '@plinth/kernel'
import type { messagingContract } from '@plinth/messaging'
import type { FastifyInstance } from 'fastify'
import { apiInfo } from './api-info.ts'
import { asyncApiOf } from './asyncapi.ts'
import { auditRoutes } from './audit-routes.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { serveMailbox } from './mailbox-page.ts'

/** What the shop serves besides the routes of its domains: for operators, and for whoever builds on it. */
export const serveBesides =
  ({
    ground,
    deadLetters,
    audit,
  }: {
    readonly ground: Pick<Ground, 'config' | 'foundations' | 'publicUrl'>
    readonly deadLetters: Implementation<typeof messagingContract>
    readonly audit: Implementation<AuditContract>
  }) =>
  async (app: FastifyInstance): Promise<void> => {
    const { config, foundations, publicUrl } = ground
    deadLetterRoutes(app, deadLetters)
    auditRoutes(app, audit)
    await serveDocs(app, apiInfo(publicUrl))
    const { admit } = gatewayOf(app)
    const events = Buffer.from(JSON.stringify(asyncApiOf(contracts, `${config.AMQP_NAMESPACE}.events`)))
    app.get(
      '/asyncapi.json',
      { onRequest: async (request, reply) => admit(request, reply) },
      async (_, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(events),
    )
    if (foundations.mailbox !== undefined) serveMailbox(app, foundations.mailbox)
  }
