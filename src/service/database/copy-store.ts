/**
 * Copies all that a store holds into an empty one, of another kind too: definitions, runs with their children and blobs, registered
 * workflows, schedules, tokens. Runs that have not ended go on in the copy. Cached answers and the failed slots of schedules are left out.
 */
import { countOf } from '../../core/count.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'

export interface CopyReport {
  /** Without child runs. */
  runs: number
  /** Runs of them that have not ended. */
  going: number
  definitions: number
  /** Versions of registered workflows. */
  workflows: number
  schedules: number
  tokens: number
}

/** @throws StoreError `conflict`: the target has content; `busy`: a process holds a run of the source */
export const copyStore = async (from: Store, to: Store): Promise<CopyReport> => {
  await expectEmpty(to)
  const runs = (await from.listRuns()).reverse()
  await expectUnheld(from, runs)
  const definitions = await copyDefinitions(from, to)
  const [source, target] = [await from.maintenance(), await to.maintenance()]
  for (const { id } of runs) {
    const text = await source.exportRun(id)
    if (text !== undefined) await target.importRun(text, { goesOn: true })
  }
  const workflows = await copyWorkflows(from, to)
  const schedules = await copySchedules(from, to)
  const tokens = await copyTokens(from, to)
  return { runs: runs.length, going: runs.filter(isGoing).length, definitions, workflows, schedules, tokens }
}

const isGoing = ({ status }: RunRecord): boolean => status === 'running'

const expectEmpty = async (to: Store): Promise<void> => {
  const runs = await to.countRuns({ isAnyDepth: true })
  const others = (await to.listWorkflows()).length + (await to.listSchedules()).length + (await to.listTokens()).length
  if (runs + others === 0) return
  throw new StoreError('conflict', `database '${to.location}' has content: expected an empty one to copy into`, {
    hint: 'name another database, or take some runs over: troupe db export, troupe db import',
  })
}

/** Work that goes on meanwhile would be missing in the copy, and be done twice. */
const expectUnheld = async (from: Store, runs: readonly RunRecord[]): Promise<void> => {
  const now = await from.readClock()
  const held = runs.filter(({ holder }) => holder !== null && holder.leaseUntil > now)
  const [first] = held
  if (first === undefined) return
  throw new StoreError(
    'busy',
    `${countOf(held.length, 'run')} of database '${from.location}' ${held.length === 1 ? 'is' : 'are'} held: '${first.id}' by process ${first.holder?.pid}`,
    {
      hint: 'stop servers by SIGTERM and runs by Ctrl-C twice; the lease of a killed process is over after 10 seconds',
    },
  )
}

const copyDefinitions = async (from: Store, to: Store): Promise<number> => {
  const hashes = await (await from.maintenance()).listDefinitions()
  for (const hash of hashes) {
    const definition = await from.loadDefinition(hash)
    if (definition !== undefined) await to.saveDefinition(definition)
  }
  return hashes.length
}

const copyWorkflows = async (from: Store, to: Store): Promise<number> => {
  let count = 0
  for (const { workflow } of await from.listWorkflows())
    for (const { definition, registeredAt, folder } of (await from.listVersions(workflow)).reverse()) {
      await to.registerWorkflow({ workflow, definition, at: registeredAt, ...(folder === null ? {} : { folder }) })
      count += 1
    }
  return count
}

const copySchedules = async (from: Store, to: Store): Promise<number> => {
  const schedules = await from.listSchedules()
  for (const [workflow, own] of Map.groupBy(schedules, (schedule) => schedule.workflow))
    await to.replaceSchedules(workflow, own)
  return schedules.length
}

const copyTokens = async (from: Store, to: Store): Promise<number> => {
  const tokens = await from.listTokens()
  for (const token of tokens) await to.addToken(token)
  return tokens.length
}
