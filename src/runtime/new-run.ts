/** Creates the record of a new run, as the store takes it. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { LOWERING_VERSION } from '../compiler/lower.ts'
import { hashJson } from '../core/hash.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { Definition, NewRun, RunOrigin, TimerRecord } from '../store/store.ts'
import { toNeeds } from './needs.ts'
import type { CreatedData, ForkData } from './run-event.ts'

export interface WantedRun {
  id: string
  /** Epoch milliseconds. */
  at: number
  /** Checked against the workflow's schema, with defaults filled in. */
  input: JsonValue
  models?: Record<string, string>
  env?: JsonObject
  /** Folder of the workflow's file, kept with the run for its resumption. */
  folder?: string | undefined
  parent?: string
  origin?: RunOrigin
  /** Idempotency key: the same key with the same workflow, input and models is the same run. */
  key?: string | undefined
  /** Further parts of the request that must be the same under the same key. */
  request?: JsonObject | undefined
  /** Version of the prices of its costs. */
  pricing?: string | undefined
  /** Beginning that was copied from another run. */
  past?: RunPast
  /** Id of the run that stands in its idempotency keys. Default: its own. */
  keyRun?: string
  /** True: it waits for a process that begins it. A run with a flow does so in any case. Default false. */
  isQueued?: boolean
  /** Name of the client that submits it. */
  by?: string | undefined
}

/** The beginning of a run that was copied from another one. */
export interface RunPast {
  fork: ForkData
  /** Behind `created`, from seq 2. */
  rows: readonly JournalRow[]
  /** Timers that these rows leave open. */
  timers: readonly TimerRecord[]
}

export const toNewRun = (
  workflow: CompiledWorkflow,
  {
    id,
    at,
    input,
    models = {},
    env = {},
    folder,
    parent,
    origin,
    key,
    request,
    pricing,
    past,
    keyRun,
    isQueued,
    by,
  }: WantedRun,
  vault: SecretVault,
): NewRun => {
  const [redacted, redactedEnv] = [vault.redact(input), vault.redact(env)]
  const flow = workflow.flow?.({ input: redacted, env: redactedEnv }, { isChild: parent !== undefined })
  // The deadlines of a copied beginning are open already: they count from when the copy is made.
  const isBegunLater = past === undefined && (isQueued === true || flow !== undefined)
  const data: CreatedData = {
    input: redacted,
    lowering: LOWERING_VERSION,
    models,
    env: redactedEnv,
    ...(pricing === undefined ? {} : { pricing: { version: pricing } }),
    ...(folder === undefined ? {} : { folder }),
    ...(past === undefined ? {} : { fork: past.fork }),
    ...(keyRun === undefined ? {} : { key_run: keyRun }),
    ...(isBegunLater ? { queued: true } : {}),
    ...(by === undefined ? {} : { by }),
    ...(request === undefined ? {} : { request: hashJson(request) }),
  }
  const created: JournalRow<'created'> = { seq: 1, at, kind: 'created', path: '', visit: 0, data }
  return {
    id,
    workflow: workflow.name,
    definition: workflow.hash,
    created,
    ...(parent === undefined ? {} : { parent }),
    ...(origin === undefined ? {} : { origin }),
    ...(key === undefined ? {} : { key, bodyHash: toBodyHash(workflow.hash, data) }),
    ...(flow === undefined ? {} : { flow }),
    needs: toNeeds(workflow),
    ...(past === undefined ? {} : { rows: redactRows(past.rows, vault), timers: past.timers }),
  }
}

/** Hash of the request behind an idempotency key. @param workflow Hash of the definition. */
export const toBodyHash = (workflow: string, { input, models, request }: CreatedData): string =>
  hashJson({ workflow, input, models, ...(request !== undefined && { request }) })

/** J9: outputs of these rows may have been replaced. */
const redactRows = (rows: readonly JournalRow[], vault: SecretVault): JournalRow[] =>
  rows.map((row) => redactRow(row, vault))

const redactRow = <R extends JournalRow>(row: R, vault: SecretVault): R => ({ ...row, data: vault.redact(row.data) })

export const toDefinition = ({ hash, name, source, links }: CompiledWorkflow): Definition => ({
  hash,
  workflow: name,
  file: source.file,
  source: source.text,
  links: { ...links, tools: links.tools as JsonObject },
})
