import { type Config, databaseOfOpenShop, readConfig } from '@plinth/host'

/** The configuration of a command; a shop that is open on the same folder shares its embedded database. */
export const configuration = async (): Promise<Config> => {
  const config = readConfig(process.env)
  if (config.DATABASE_URL !== undefined) return config
  const open = await databaseOfOpenShop(config)
  return open === undefined ? config : { ...config, DATABASE_URL: open }
}
