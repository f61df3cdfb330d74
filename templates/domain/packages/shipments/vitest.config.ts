import { testConfig } from '@plinth/testing/setup'

export default testConfig({ services: ['postgres'] })
