import { connect } from 'amqplib'

/** Deletes everything that a broker with these delays and queues has made on a server. */
export const removeNamespace = async (
  url: string,
  namespace: string,
  { queues, delaysMs }: { readonly queues: readonly string[]; readonly delaysMs: readonly number[] },
): Promise<void> => {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const both = ['dead', ...delaysMs.map(ms => `retry.${ms}`)]
  for (const name of [...both, ...queues]) await channel.deleteQueue(`${namespace}.${name}`)
  for (const name of [...both, 'events']) await channel.deleteExchange(`${namespace}.${name}`)
  await connection.close()
}
