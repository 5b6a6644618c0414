import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { measureRuns, openLine, STEPS_IN_LINE } from '../line-workflow.ts'
import type { Workload } from '../workload.ts'

export const lineDurable: Workload = {
  id: 'W4',
  title: '10 steps in a line, every step durable in SQLite',
  note: 'durability: process (WAL, synchronous NORMAL)',
  measure: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-'))
    try {
      const line = openLine(await openSqliteStore({ path: join(folder, 'bench.db'), durability: 'process' }))
      await measureRuns(line, { runs: 300, atOnce: 1 })
      const sequential = await measureRuns(line, { runs: 1000, atOnce: 1 })
      await measureRuns(line, { runs: 500, atOnce: 100 })
      const concurrent = await measureRuns(line, { runs: 2000, atOnce: 100 })
      await line.local.close()
      return [
        { metric: 'sequential', unit: 'runs/s', value: sequential },
        { metric: '100 at once', unit: 'runs/s', value: concurrent },
        { metric: 'durable step, sequential', unit: 'µs/step', value: 1e6 / sequential / (STEPS_IN_LINE + 1) },
        { metric: 'durable step, 100 at once', unit: 'µs/step', value: 1e6 / concurrent / (STEPS_IN_LINE + 1) },
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
