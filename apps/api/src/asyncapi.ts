import { type Contract, dataSchemaOf, type EventDeclaration } from '@plinth/kernel'
import { z } from 'zod'

type Json = Readonly<Record<string, unknown>>

/**
 * The AsyncAPI 3.0 document of every event that the contracts declare: what a consumer outside the shop
 * finds on the exchange, as a CloudEvents envelope in structured JSON.
 */
export const asyncApiOf = (contracts: readonly Contract[], exchange: string): Json => {
  const events = contracts.flatMap(contract => Object.values(contract.events))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Plinth events',
      version: '0.1.0',
      description: 'Delivered at least once, in no promised order: a consumer tells repeats by the id.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(events.map(event => [nameOf(event), channelOf(event, exchange)])),
    operations: Object.fromEntries(
      events.map(event => [
        `publish_${nameOf(event)}`,
        { action: 'send', channel: { $ref: `#/channels/${nameOf(event)}` }, summary: event.summary },
      ]),
    ),
    components: { messages: Object.fromEntries(events.map(event => [nameOf(event), messageOf(event)])) },
  }
}

const nameOf = ({ type }: EventDeclaration) => type.replaceAll(/[^\w]/g, '_')

const channelOf = (event: EventDeclaration, exchange: string): Json => ({
  address: event.type,
  description: event.summary,
  messages: { [nameOf(event)]: { $ref: `#/components/messages/${nameOf(event)}` } },
  bindings: {
    amqp: {
      is: 'routingKey',
      exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false },
      bindingVersion: '0.3.0',
    },
  },
})

const messageOf = (event: EventDeclaration): Json => ({
  name: event.type,
  title: event.summary,
  contentType: 'application/cloudevents+json',
  payload: {
    type: 'object',
    required: [
      'specversion',
      'id',
      'source',
      'type',
      'subject',
      'time',
      'datacontenttype',
      'dataschema',
      'data',
    ],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', format: 'uuid', description: 'The same however often it is delivered' },
      source: { type: 'string' },
      type: { const: event.type },
      subject: { type: 'string', description: 'The id of what it is about' },
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      dataschema: { const: dataSchemaOf(event) },
      traceparent: { type: 'string' },
      data: z.toJSONSchema(event.data, { io: 'output' }),
    },
  },
  examples: [
    {
      payload: {
        specversion: '1.0',
        id: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
        source: `/plinth/${event.type.split('.')[0]}`,
        type: event.type,
        subject: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
        time: '2026-11-23T08:00:00.000Z',
        datacontenttype: 'application/json',
        dataschema: dataSchemaOf(event),
        data: event.example,
      },
    },
  ],
})
