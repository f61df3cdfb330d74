import { testConfig } from '@plinth/testing/setup'

export default testConfig({ include: ['{scripts,tests}/**/*.test.ts'] })
