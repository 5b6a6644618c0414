/** Computes how long ended runs are kept, from the project's rules and each workflow's own. */
import type { ProjectConfig } from '../../compiler/config.ts'
import { Diagnostics } from '../../compiler/diagnostic.ts'
import { readWorkflow } from '../../compiler/read.ts'
import { createSource } from '../../compiler/source.ts'
import { parseDuration } from '../../core/duration.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { KeepRule, SweepResult, SweepRule } from '../../store/maintenance.ts'
import type { Definition, Store } from '../../store/store.ts'

export type Retention = ProjectConfig['retention']

const DAY_MS = 86_400_000

/** Defaults of the config. `failedMs` is for cancelled runs too. */
export const DEFAULT_RETENTION: Required<Retention> = { completedMs: 30 * DAY_MS, failedMs: 90 * DAY_MS, keep: 10_000 }

/** Rule by which runs are deleted at `at`, in epoch milliseconds. */
const toSweepRule = (store: Store, { retention, at }: { retention: Retention; at: number }): SweepRule => {
  const toKeep = ({ completedMs, failedMs, keep }: Retention): Partial<KeepRule> => ({
    ...(completedMs === undefined ? {} : { completedBefore: at - completedMs }),
    ...(failedMs === undefined ? {} : { failedBefore: at - failedMs }),
    ...(keep === undefined ? {} : { keep }),
  })
  const all = { completedBefore: null, failedBefore: null, keep: null }
  return {
    ...all,
    ...toKeep({ ...DEFAULT_RETENTION, ...retention }),
    at,
    async ofWorkflow({ name, definition }) {
      // The registered definition counts for older runs too: a new retention is meant for the runs that exist.
      const newest = (await store.findWorkflow(name))?.definition ?? definition
      const found = await store.loadDefinition(newest)
      const own = found && readOwnRetention(found)
      return own && toKeep(own)
    },
  }
}

/** Undefined: the workflow has no rule of its own. */
const readOwnRetention = ({ file, source: text }: Definition): Retention | undefined => {
  if (!text.includes('retention')) return undefined
  const source = createSource(file, text)
  const own = readWorkflow(source, new Diagnostics(source))?.retention?.value
  if (!isJsonObject(own)) return undefined
  const { keep } = own
  return {
    ...toMs('completedMs', own.completed),
    ...toMs('failedMs', own.failed),
    ...(typeof keep === 'number' ? { keep } : {}),
  }
}

const toMs = (name: 'completedMs' | 'failedMs', text: JsonValue | undefined): Retention => {
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  return ms === undefined ? {} : { [name]: ms }
}

export interface SweepOptions {
  /** Rules of the project. */
  retention: Retention
  /** Epoch milliseconds. */
  at: number
  /** Counts the runs and deletes none. Default false. */
  isDryRun?: boolean
  /** Aborting it ends the sweep between two steps. */
  signal?: AbortSignal
}

export interface SweepReport extends SweepResult {
  /** Bytes that the file has given back to the file system. */
  freedBytes: number
}

/** Deletes runs whose retention is over, with everything that belongs to them, in steps that yield to other work. @throws StoreError */
export const sweepStore = async (
  store: Store,
  { retention, at, isDryRun = false, signal }: SweepOptions,
): Promise<SweepReport> => {
  const maintenance = await store.maintenance()
  const rule = toSweepRule(store, { retention, at })
  const swept = await maintenance.sweep({ ...rule, isDryRun, ...(signal === undefined ? {} : { signal }) })
  const isNothing = isDryRun || signal?.aborted === true || swept.runs + swept.blobs === 0
  const { freedBytes } = isNothing ? { freedBytes: 0 } : await maintenance.vacuum({ inSteps: true })
  return { ...swept, freedBytes }
}
