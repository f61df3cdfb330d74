import { z } from 'zod'

const media = z.record(z.string(), z.looseObject({ schema: z.unknown(), example: z.unknown().optional() }))

const operation = z.looseObject({
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  requestBody: z.looseObject({ content: media }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      content: z
        .record(z.string(), z.looseObject({ examples: z.record(z.string(), z.unknown()).optional() }))
        .optional(),
    }),
  ),
})

const apiDocument = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
})

/** The OpenAPI document, as far as requests are made from it and answers are held against it. */
export type ApiDocument = z.infer<typeof apiDocument>

/** One operation of the document. */
export interface Operation extends z.infer<typeof operation> {
  readonly method: string
  /** As in the document: `/v1/orders/{orderId}`. */
  readonly path: string
}

/** Reads the document of a shop. */
export const readApiDocument = async (url: string): Promise<ApiDocument> =>
  apiDocument.parse(await (await fetch(`${url}/openapi.json`)).json())

/** All operations, in the order of the document. */
export const operationsOf = ({ paths }: ApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ ...each, method: method.toUpperCase(), path })),
  )
