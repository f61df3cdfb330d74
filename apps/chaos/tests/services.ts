import { serviceUrl } from '@plinth/testing'

/** Where the services of a world are; undefined where one of them is missing here. */
export const servicesHere = () => {
  const [postgres, redis, rabbitmq] = [serviceUrl('postgres'), serviceUrl('redis'), serviceUrl('rabbitmq')]
  if (postgres === undefined || redis === undefined || rabbitmq === undefined) return undefined
  return { postgres, redis, rabbitmq }
}
