import type { MaintainedStore } from './maintained-store.ts'

/** Value of PRAGMA auto_vacuum: https://sqlite.org/pragma.html#pragma_auto_vacuum */
const INCREMENTAL = 2

/** Pages that one step gives back, 4 MB. Other work runs between steps. */
const PAGES_A_STEP = 1_000

/** Gives free pages back. A database without `auto_vacuum` is rewritten as a whole, once. */
export const vacuumDatabase = async (
  { connection, queue }: MaintainedStore,
  { inSteps = false }: { inSteps?: boolean } = {},
): Promise<{ freedBytes: number }> => {
  const read = (pragma: string): number => Number(connection.pragma(pragma, { simple: true }))
  const measure = (): number => read('page_count') * read('page_size')
  const before = await queue.read(measure)
  if (read('auto_vacuum') === INCREMENTAL) await giveBack(connection, queue)
  else if (!inSteps)
    await queue.read(() => {
      connection.pragma('auto_vacuum = INCREMENTAL')
      connection.exec('vacuum')
    })
  await queue.read(() => connection.pragma('wal_checkpoint(TRUNCATE)'))
  return { freedBytes: Math.max(0, before - measure()) }
}

const giveBack = async (connection: MaintainedStore['connection'], queue: MaintainedStore['queue']): Promise<void> => {
  const countFree = (): number => Number(connection.pragma('freelist_count', { simple: true }))
  for (let free = await queue.read(countFree); free > 0; ) {
    await queue.read(() => connection.pragma(`incremental_vacuum(${PAGES_A_STEP})`))
    await new Promise((resolve) => setImmediate(resolve))
    const left = await queue.read(countFree)
    if (left >= free) return
    free = left
  }
}
