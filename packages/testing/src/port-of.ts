const defaultPorts: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'amqp:': 5672,
  'smtp:': 25,
  'http:': 80,
}

/** The port that a URL leads to, named or its scheme's own. */
export const portOf = ({ port, protocol }: URL): number => {
  const found = port === '' ? defaultPorts[protocol] : Number(port)
  if (found === undefined) throw new Error(`${protocol} has no port of its own: name one`)
  return found
}
