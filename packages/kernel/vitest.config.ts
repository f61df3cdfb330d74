import { defineConfig } from 'vitest/config'

/** Nothing here leaves anything behind, so the files may share a process. */
export default defineConfig({ test: { isolate: false } })
