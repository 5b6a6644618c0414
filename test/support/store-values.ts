/** Runs, rows and owners to fill a store with. */
import type { JsonValue } from '../../src/core/json.ts'
import { createRunId } from '../../src/core/run-id.ts'
import type { JournalData } from '../../src/store/journal-data.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import type { RawRow } from '../../src/store/parse-journal-row.ts'
import { createOwner } from '../../src/store/process-identity.ts'
import type { Claim, Definition, HostStore, NewRun, Owner, RunEnd } from '../../src/store/store.ts'

export const T0 = Date.UTC(2026, 0, 2, 3, 4, 5)

export const createDefinition = (change: Partial<Definition> = {}): Definition => ({
  hash: 'd'.repeat(64),
  workflow: 'greet',
  file: 'flows/greet.yaml',
  source: 'workflow: greet\n',
  links: { tools: { 'http.get': { type: 'object' } } },
  ...change,
})

/** An outcome, unless `change` says something else. The caller answers for data that fit the kind. */
export const createRow = (seq: number, change: Partial<RawRow> = {}): JournalRow => {
  const row: RawRow = {
    seq,
    at: T0 + seq,
    kind: 'outcome',
    path: `grades[${seq}]/grade`,
    visit: 1,
    data: toOutcome({ text: `row ${seq}` }),
    ...change,
  }
  return row as JournalRow
}

/** Data of an outcome with this output. */
export const toOutcome = (output: JsonValue) => ({ output, attempt: 1, started: T0, ms: 1 })

/** Data of a first row with this input. */
export const toCreated = (input: JsonValue) => ({ input, lowering: 1, models: {}, env: {} })

const FIGURES = { attempt: 1, started: T0, ms: 1 }
const FAULT = { code: 'timeout', message: 'too slow', retryable: true }

/** Data that fit each kind of row. */
export const ROW_DATA: JournalData = {
  created: toCreated(null),
  begun: {},
  outcome: toOutcome({ text: 'done' }),
  timer: { timer: 'wait' },
  signal: { id: 's', name: 'paid', data: { eur: 3 }, at: '2026-01-02T03:04:05Z' },
  decision: { verdict: 'approved', by: 'ada', values: null },
  cancel: { by: 'ada' },
  budget: { limit: 'tokens', details: { allowed: 1 } },
  attempt: { ...FIGURES, fault: FAULT },
  lost: { attempt: 1 },
  placement: { agent: 'a' },
  late: { ...FIGURES, output: 1 },
  stopped: FIGURES,
  undo: { input: { id: 1 } },
  pause: { is_paused: true, by: 'ada' },
  left: { is_left: true },
  warning: { limit: 'journal', amount: 2, allowed: 3 },
  summary: {},
  finally: { status: 'failed' },
}

const createFirstRow = (data = toCreated({ name: 'Ada' })): JournalRow<'created'> => ({
  seq: 1,
  at: T0 + 1,
  kind: 'created',
  path: '',
  visit: 0,
  data,
})

export const createNewRun = (change: Partial<NewRun> = {}): NewRun => ({
  id: createRunId(T0),
  workflow: 'greet',
  definition: createDefinition().hash,
  created: createFirstRow(),
  ...change,
})

export const createEnd = (change: Partial<RunEnd> = {}): RunEnd => ({
  status: 'completed',
  at: T0 + 60_000,
  output: { reply: 'hello Ada' },
  error: null,
  usage: { input_tokens: 120, output_tokens: 30, cost_usd: 0.0125 },
  ...change,
})

/** An owner whose process is certainly gone: its pid is ours, but started at another time. */
export const createDeadOwner = (): Owner => ({ ...createOwner(), processStart: 1 })

/** On another host, so that only the lease tells whether it lives. */
export const createFarOwner = (): Owner => ({ ...createOwner(), host: 'elsewhere/1.2.3', pid: 1, processStart: 1 })

/** Saves the definition and creates a run with it. */
export const startRun = async (
  store: HostStore,
  options: { owner?: Owner; run?: Partial<NewRun>; input?: JsonValue } = {},
): Promise<Claim> => {
  const run = createNewRun(options.run)
  if (options.input !== undefined) run.created = createFirstRow(toCreated(options.input))
  await store.saveDefinition(createDefinition({ hash: run.definition, workflow: run.workflow }))
  const result = await store.create(run, options.owner ?? createOwner())
  if (result.kind !== 'created') throw new Error(result.kind)
  return result.claim
}

/** How the promise was rejected; an Error of its own when it was not. */
export const catchRejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  return new Error('expected a rejection, got none')
}
