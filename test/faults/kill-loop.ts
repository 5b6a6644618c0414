/**
 * Kills a run with SIGKILL at random moments and resumes it, again and again, and counts from outside what it did: effects that
 * were recorded and came again, keys that changed between attempts, and where the kills fell.
 */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { type RunningProcess, startBuiltCli } from '../support/child-process.ts'
import type { EffectServer } from '../support/effect-server.ts'

export interface KillOptions {
  folder: string
  file: string
  input: string
  server: EffectServer
  kills: number
  /** How many effects one run has. */
  effects: number
  /** Asserts that a run ended as an undisturbed one. */
  judge(output: unknown): void
}

export interface KillReport {
  /** Share of the run's effects that was recorded at each kill. */
  shares: number[]
  completed: number
  repeated: number
  keysChanged: number
}

export const killAgainAndAgain = async (options: KillOptions): Promise<KillReport> => {
  const report: KillReport = { shares: [], completed: 0, repeated: 0, keysChanged: 0 }
  for (let round = 0; report.shares.length < options.kills || report.completed === 0; round++)
    await playRound(join(options.folder, `round-${round}.db`), options, report)
  return report
}

/** Where the kills fell, in tenths of the run. */
export const formatHistogram = (shares: readonly number[]): string =>
  Array.from({ length: 10 }, (_, tenth) => {
    const count = shares.filter((share) => Math.min(9, Math.floor(share * 10)) === tenth).length
    return `  ${String(tenth * 10).padStart(3)} % ${'#'.repeat(count)} ${count}`
  }).join('\n')

/** One run, from its start to its end. */
const playRound = async (database: string, options: KillOptions, report: KillReport): Promise<void> => {
  const { server, file, input } = options
  const watch = createWatch(server)
  const startAnew = (): RunningProcess =>
    startBuiltCli(['run', file, '--db', database, '--json', '--input', input], { timeoutMs: 120_000 })
  let process = startAnew()
  for (;;) {
    if (report.shares.length < options.kills) await killSoon(process, server)
    const result = await process.done
    const { repeated, keysChanged } = watch.look()
    report.repeated += repeated
    report.keysChanged += keysChanged
    if (result.signal === null) {
      assert.is(result.exitCode, 0, result.stderr + result.stdout)
      options.judge(JSON.parse(result.stdout).output)
      report.completed++
      return
    }
    const { names, run } = await readRecorded(database)
    assert.is(new Set(names).size, names.length, 'two outcomes for one effect')
    watch.recorded(names)
    report.shares.push(names.length / options.effects)
    process =
      run === undefined
        ? startAnew()
        : startBuiltCli(['resume', run.id, '--db', database, '--json'], { timeoutMs: 120_000 })
  }
}

/** At a random moment: some effects on, and a little more. */
const killSoon = async (process: RunningProcess, server: EffectServer): Promise<void> => {
  await Promise.race([server.waitForMore(Math.floor(Math.random() * 10)), process.done])
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
  process.kill('SIGKILL')
}

/** Holds what the server sees against what was recorded before. */
const createWatch = (server: EffectServer) => {
  const keys = new Map<string, string | undefined>()
  let recorded = new Set<string>()
  let looked = server.seen.length
  return {
    recorded(names: readonly string[]): void {
      recorded = new Set(names)
    },
    look(): { repeated: number; keysChanged: number } {
      const found = { repeated: 0, keysChanged: 0 }
      for (const { name, key } of server.seen.slice(looked)) {
        if (recorded.has(name)) found.repeated++
        if (keys.has(name) && keys.get(name) !== key) found.keysChanged++
        keys.set(name, key)
      }
      looked = server.seen.length
      return found
    },
  }
}

const readRecorded = async (database: string): Promise<{ names: string[]; run: RunRecord | undefined }> => {
  const store = await openSqliteStore({ path: database, durability: 'process' })
  try {
    const [run] = await store.listRuns({ limit: 1 })
    return { names: run === undefined ? [] : await readEffects(store, run.id), run }
  } finally {
    await store.close()
  }
}

/** The names of the effects with an outcome, of a run and of its children. */
const readEffects = async (store: Store, id: string): Promise<string[]> => {
  const rows = await store.readJournal(id)
  const own = rows
    .filter(({ kind }) => kind === 'outcome')
    .map(({ data }) => (data as { output?: { body?: { name?: string } } }).output?.body?.name ?? '')
    .filter((name) => name !== '')
  const children = await store.listRuns({ parent: id })
  const below = await Promise.all(children.map((child) => readEffects(store, child.id)))
  return [...own, ...below.flat()]
}
