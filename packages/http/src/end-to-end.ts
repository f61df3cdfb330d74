/**
 * The headers of a message that go on with it. Those for one connection alone do not (RFC 9110, section 7.6.1): the
 * ones that are always so, and the ones that `Connection` names.
 *
 * @param stays more that do not go on, by their names in lower case
 */
export const endToEnd = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  stays: (name: string) => boolean,
): Record<string, string | string[]> => {
  const named = new Set(
    [headers.connection ?? []]
      .flat()
      .join(',')
      .toLowerCase()
      .split(',')
      .map(name => name.trim()),
  )
  const kept: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !hopByHop.has(name) && !named.has(name) && !stays(name)) kept[name] = value
  return kept
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
