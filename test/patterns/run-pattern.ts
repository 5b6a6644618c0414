/** Runs a pattern in memory, with servers, persons and events that the case plans, on a clock that leaps from wake to wake. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createPerformer } from '../../src/app/performer.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { type Compilation, type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { proveWorkflow } from '../../src/compiler/prove.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { Clock } from '../../src/core/clock.ts'
import { parseDuration } from '../../src/core/duration.ts'
import { isFault } from '../../src/core/fault.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { checkInput } from '../../src/runtime/check-input.ts'
import type { Placement } from '../../src/runtime/effects/placement.ts'
import { Host } from '../../src/runtime/host.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import { type InboxMessage, LEASE_BEAT_MS, type Store } from '../../src/store/store.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { formatWhen } from '../support/format-when.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { createStubWeb, type StubAnswers } from '../support/stub-web.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { createToolOptions } from '../support/tool-options.ts'

export const PATTERN_FOLDER = join(REPOSITORY_FOLDER, 'examples/patterns')

/** A message from outside, and the time after the start when it comes: `['10m', signal('paid', { order: 'A-1' })]`. */
export type Coming = readonly [after: string, act: (run: Run) => Pick<InboxMessage, 'kind' | 'body'>]

export interface PatternSetting {
  input?: JsonObject
  answers?: StubAnswers
  coming?: readonly Coming[]
  secrets?: Record<string, string>
  /** Files that the run may read, by name, with their text. */
  files?: Record<string, string>
}

/** All that can be seen of a run from outside. */
export interface Seen {
  status: string
  output: JsonValue
  /** The code of the fault, and its step, message and details. */
  error: { code: string; step: string | null; message: string; details?: JsonObject } | null
  /** Requests of the http tools. */
  calls: readonly string[]
  headers: readonly Record<string, string>[]
  /** `order.placed (order/1) {"eur":20} from https://shop.example at 3d`, with the subject and the source that the step gives. */
  events: readonly string[]
  /** Steps that were undone, in this order. */
  undone: readonly string[]
  /** Titles of approvals, with the persons who may decide. */
  asked: readonly string[]
  /** Files that the run wrote, with their text. */
  files: Readonly<Record<string, string>>
  /** Other runs: `letter completed`. */
  runs: readonly string[]
  /** Time from the start to the end: ` at 3d`. */
  ended: string
}

export const compilePattern = (file: string): Compilation =>
  compile(createSource(file, readFileSync(join(PATTERN_FOLDER, file), 'utf8')), {
    catalogue: createCatalogue(),
    links: createLinkReader(PATTERN_FOLDER),
    prover: proveWorkflow,
  })

export const runPattern = async (workflow: CompiledWorkflow, setting: PatternSetting): Promise<Seen> => {
  const { input = {}, answers = {}, coming = [], secrets = {}, files = {} } = setting
  const clock = createManualClock()
  const startMs = clock.now()
  // The leases stand still, too: no other process is there to take them.
  const store = createMemoryStore({ now: () => startMs })
  const web = createStubWeb(answers, clock)
  const folder = createTempFolder(files)
  const performer = createPerformer({
    tools: createToolOptions({ root: folder.path }),
    actors: web.actors,
    clock,
    store,
    secrets,
  })
  const work = watchWork(performer.placement)
  const host = new Host({
    store,
    owner: createOwner(),
    clock: createRestfulClock(clock),
    performerOf: () => ({ ...performer, placement: work.placement }),
    recompile: () => {
      throw new Error('the one process never resumes a run')
    },
    inboxBeatMs: 365 * 86_400_000,
  })
  const asked = new Set<string>()
  const watchWaits = (): void => {
    for (const wait of run?.state.openWaits() ?? [])
      if (wait.kind === 'approval') asked.add(`${wait.title}${wait.by === null ? '' : ` (${wait.by.join(', ')})`}`)
  }
  let run: Run | undefined
  const checked = await readInput(workflow, input)
  if ('refused' in checked) return { ...NOTHING_SEEN, error: checked.refused }
  run = await host.start(workflow, { input: checked.input, watch: watchWaits })
  watchWaits()
  plan(run, { coming, clock })
  const exit = await leap(run, { clock, isBusy: () => work.count > web.pending })
  if (exit.kind !== 'ended') throw new Error(`expected the run to end, got ${exit.kind}`)
  const { end, undone = [] } = exit
  const ended = formatWhen(end.at - startMs)
  await clock.advance(0)
  const seen = {
    status: end.status,
    output: end.output,
    error: end.error,
    calls: web.calls,
    headers: web.headers,
    events: await listEvents(store, startMs),
    undone: undone.map(({ path }) => path),
    asked: [...asked],
    files: readWritten(folder.path, files),
    runs: await listOthers(store, run.id),
    ended,
  }
  await host.stop({ graceMs: 0 })
  await store.close()
  folder.remove()
  return seen
}

const NOTHING_SEEN = {
  status: 'refused',
  output: null,
  ...{ calls: [], headers: [], events: [], undone: [], asked: [], files: {}, runs: [], ended: '' },
}

/** An input that does not fit starts no run. */
const readInput = async (
  workflow: CompiledWorkflow,
  input: JsonObject,
): Promise<{ input: JsonValue } | { refused: NonNullable<Seen['error']> }> => {
  try {
    return { input: await checkInput(workflow, input) }
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return { refused: { code: thrown.code, step: null, message: thrown.message } }
  }
}

/** Without the beat of the leases the clock leaps over days at once. */
const createRestfulClock = (clock: ManualClock): Clock => ({
  now: () => clock.now(),
  wakeAt: (at, wake) => (at - clock.now() === LEASE_BEAT_MS ? () => {} : clock.wakeAt(at, wake)),
})

/** Counts the steps in flight: files and modules are read in real time, and the clock must not run away meanwhile. */
const watchWork = (placement: Placement): { placement: Placement; readonly count: number } => {
  let count = 0
  return {
    placement: {
      async perform(...call) {
        count++
        try {
          return await placement.perform(...call)
        } finally {
          count--
        }
      },
    },
    get count() {
      return count
    },
  }
}

const plan = (run: Run, { coming, clock }: { coming: readonly Coming[]; clock: ManualClock }): void => {
  coming.forEach(([after, act], index) => {
    clock.wakeAt(clock.now() + (parseDuration(after) ?? 0), () => run.receive({ id: `message-${index}`, ...act(run) }))
  })
}

const MOST_WAKES = 10_000

const leap = async (run: Run, { clock, isBusy }: { clock: ManualClock; isBusy(): boolean }): Promise<RunExit> => {
  let exit: RunExit | undefined
  run.exited.then(
    (left) => {
      exit = left
    },
    () => {},
  )
  for (let wakes = 0; wakes < MOST_WAKES; wakes++) {
    for (let quiet = 0; quiet < 5; quiet = isBusy() ? 0 : quiet + 1) await clock.advance(0)
    if (exit !== undefined) return exit
    if (!(await clock.advanceToNext())) break
  }
  throw new Error(`the run waits for something that never comes: ${JSON.stringify(run.state.openWaits())}`)
}

const listEvents = async (store: Store, startMs: number): Promise<string[]> =>
  (await store.listEvents()).map(({ type, subject, source, data, at }) => {
    const about = subject === undefined ? '' : ` (${subject})`
    const from = source.startsWith('troupe/') ? '' : ` from ${source}`
    return `${type}${about} ${JSON.stringify(data)}${from}${formatWhen(at - startMs)}`
  })

const readWritten = (folder: string, given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => given[name] === undefined)
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )

const listOthers = async (store: Store, id: string): Promise<string[]> =>
  (await store.listRuns({ isAnyDepth: true }))
    .filter((run) => run.id !== id)
    .map(({ workflow, status }) => `${workflow} ${status}`)

/** An event from outside. */
export const signal =
  (name: string, data: JsonValue = null): Coming[1] =>
  () => ({ kind: 'signal', body: { name, data, at: '' } })

/** The decision of a person about the approval that the step waits for. */
export const decide =
  (step: string, { by = 'ann', verdict = 'approved', ...more }: Record<string, JsonValue> = {}): Coming[1] =>
  (run) => {
    const wait = run.state.openWaits().find((one) => one.step === step)
    if (wait === undefined) throw new Error(`'${step}' does not wait`)
    return { kind: 'decision', body: { path: wait.path, visit: wait.visit, by, verdict, values: null, ...more } }
  }

export const cancel =
  (by: string): Coming[1] =>
  () => ({ kind: 'cancel', body: { by } })
