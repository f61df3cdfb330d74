/** Megabytes of memory that a host holds, by its own metrics. */
export const residentMegabytes = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  const bytes = /^plinth_process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(text)?.[1]
  return Math.round(Number(bytes) / 1024 / 1024)
}
