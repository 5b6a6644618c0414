/** Drives one run through a scripted world, with processes that die where the test says so, until it ends. */
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { type CopiedRun, Host } from '../../src/runtime/host.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import type { RunNotice, RunWatcher } from '../../src/runtime/run-notice.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunChange, RunRecord, Store } from '../../src/store/store.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import type { ScriptedWorld } from './scripted-world.ts'
import { createDeadOwner } from './store-values.ts'
import { WatchedStore, type WriteFate } from './watched-store.ts'

export interface DrivenOptions {
  compiled: CompiledWorkflow
  world: ScriptedWorld
  input?: JsonValue
  /** Parts copied from another run. */
  copied?: CopiedRun
  store?: Store
  clock?: ManualClock
  vault?: SecretVault
  watch?(notice: RunNotice): void
  /** Decides the fate of the n-th write of all processes together, from 1. */
  judge?(nth: number, change: RunChange): WriteFate
  onBoot?(watched: WatchedStore): void
  /** Called when all is quiet, before the next outcome or wake; true when it did something itself. */
  onQuiet?(process: DrivenProcess): boolean | Promise<boolean>
}

export interface DrivenProcess {
  host: Host
  run: Run
  watched: WatchedStore
}

export interface DrivenEnd {
  record: RunRecord
  rows: JournalRow[]
  exit: RunExit
  writes: number
  /** How many processes it took. */
  processes: number
}

/** More than any drawn run needs: each has at most 300 steps. */
const MOST_TURNS = 20_000

export const driveRun = async (options: DrivenOptions): Promise<DrivenEnd> => {
  const clock = options.clock ?? createManualClock()
  const store = options.store ?? createMemoryStore({ now: () => clock.now() })
  const counter = { writes: 0 }
  const boot = (): Pick<DrivenProcess, 'host' | 'watched'> => bootProcess(options, { clock, store, counter })
  let process = await start(boot(), options)
  let processes = 1
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    await settle()
    const { exit } = process
    if (process.watched.isDead) {
      options.world.dropAll()
      process = await resume(boot(), { id: process.run.id, watch: createWatcher(options) })
      processes++
    } else if (exit.value !== undefined) {
      const found = await store.findRun(process.run.id)
      if (found.kind !== 'found') throw new Error('the run is gone')
      const rows = await store.readJournal(process.run.id)
      return { record: found.run, rows, exit: exit.value, writes: counter.writes, processes }
    } else if ((await options.onQuiet?.(process)) === true) continue
    else if (!options.world.deliverNext()) await clock.advanceToNext()
  }
  throw new Error(`the run did not end: ${JSON.stringify(process.run.state.root?.snapshot.value)}`)
}

type Running = DrivenProcess & { exit: { value: RunExit | undefined } }

const start = async (process: Pick<DrivenProcess, 'host' | 'watched'>, options: DrivenOptions): Promise<Running> => {
  const { compiled, input = { flag: false }, copied } = options
  const past = copied === undefined ? {} : { copied }
  return follow(process, await process.host.start(compiled, { input, watch: createWatcher(options), ...past }))
}

const createWatcher =
  ({ world, watch }: DrivenOptions): RunWatcher =>
  (notice) => {
    if (notice.type === 'attempt.started') world.announce(notice.effect)
    watch?.(notice)
  }

const resume = async (
  process: Pick<DrivenProcess, 'host' | 'watched'>,
  { id, watch }: { id: string; watch: RunWatcher },
): Promise<Running> => {
  const resumed = await process.host.resume(id, { watch })
  if (resumed.kind === 'resumed') return follow(process, resumed.run)
  // Its end was written by a process that died before it knew.
  if (resumed.kind !== 'ended') throw new Error(`expected the run to be resumed, got ${resumed.kind}`)
  const { status, endedAt, output, error, usage } = resumed.run
  if (status === 'running') throw new Error('an ended run that is running')
  const end = { status, at: endedAt ?? 0, output, error, usage }
  return { ...process, run: { id } as Run, exit: { value: { kind: 'ended', end, durationMs: 0 } } }
}

const follow = (process: Pick<DrivenProcess, 'host' | 'watched'>, run: Run): Running => {
  const running: Running = { ...process, run, exit: { value: undefined } }
  run.exited.then(
    (exit) => {
      running.exit.value = exit
    },
    () => {},
  )
  return running
}

const bootProcess = (
  { compiled, world, judge, onBoot, vault = new SecretVault() }: DrivenOptions,
  { clock, store, counter }: { clock: ManualClock; store: Store; counter: { writes: number } },
): Pick<DrivenProcess, 'host' | 'watched'> => {
  const watched = new WatchedStore(store, (change) => judge?.(++counter.writes, change) ?? countOnly(counter))
  onBoot?.(watched)
  const isDead = (): boolean => watched.isDead
  const host = new Host({
    store: watched.store,
    owner: createDeadOwner(),
    clock: createMortalClock(clock, isDead),
    performerOf: () => ({ placement: world.createPlacement(isDead), vault }),
    recompile: ({ hash }) => findCompiled(compiled, hash) ?? compiled,
    inboxBeatMs: 3_600_000,
  })
  return { host, watched }
}

/** The workflow of this hash: the one that is driven, or one that it calls. */
const findCompiled = (workflow: CompiledWorkflow, hash: string): CompiledWorkflow | undefined => {
  if (workflow.hash === hash) return workflow
  for (const child of workflow.children.values()) {
    const found = findCompiled(child, hash)
    if (found !== undefined) return found
  }
  return undefined
}

const countOnly = (counter: { writes: number }): WriteFate => {
  counter.writes++
  return 'pass'
}

/** The clock as a process sees it that may die: then nothing wakes it. */
const createMortalClock = (clock: ManualClock, isDead: () => boolean): Clock => ({
  now: () => clock.now(),
  wakeAt: (at, wake) => clock.wakeAt(at, () => isDead() || wake()),
})

const settle = async (): Promise<void> => {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve))
}
