/**
 * Holds content that another process wrote to the hashes that name it: the text of a definition, the request of an approval, and the
 * request behind an idempotency key. Blobs are checked by the store.
 */
import type { Catalogue, ToolEntry } from '../../compiler/catalogue.ts'
import type { Links } from '../../compiler/links.ts'
import { isFault } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import { toBodyHash } from '../../runtime/new-run.ts'
import { toRequestHash } from '../../runtime/waits/request-hash.ts'
import type { ApprovalRecord } from '../../store/approval-record.ts'
import { createdOf } from '../../store/journal-row.ts'
import type { StoreProblem } from '../../store/maintenance.ts'
import type { BundledRun, RunBundle } from '../../store/run-bundle.ts'
import type { Definition, Store } from '../../store/store.ts'
import { isStoreError, StoreError } from '../../store/store-error.ts'
import { compileStoredInTurns, isHashedAsToday } from '../workflows/compile-stored.ts'

export interface CheckOptions {
  catalogue: Catalogue
  /**
   * False: a definition that may be intact is no problem, such as one that does not compile any more, or of which an earlier release
   * computed the hash in another way. Default true.
   */
  isStrict?: boolean
}

/** Checks the content of a store. */
export const checkStore = async (
  store: Store,
  { catalogue, isStrict = true }: CheckOptions,
): Promise<StoreProblem[]> => {
  const maintenance = await store.maintenance()
  const problems = await maintenance.check()
  for (const hash of await maintenance.listDefinitions()) {
    const definition = await tryRead(() => store.loadDefinition(hash))
    const problem = definition && (await findChange(definition, catalogue))
    if (problem !== undefined && (isStrict || problem.isCertain))
      problems.push({ kind: 'definition', message: problem.message })
  }
  for (const approval of (await tryRead(() => store.listApprovals())) ?? [])
    if (!isOwnRequest(approval))
      problems.push({ kind: 'approval', message: describeApproval(approval.runId, approval) })
  return problems
}

/** Damaged rows are found by the store's own check. */
const tryRead = async <Value>(read: () => Promise<Value>): Promise<Value | undefined> => {
  try {
    return await read()
  } catch (thrown) {
    if (isStoreError(thrown)) return undefined
    throw thrown
  }
}

/** @throws StoreError `corrupt` that names the first thing whose content is not what its hash names */
export const expectOwnContent = async (bundle: RunBundle, catalogue: Catalogue): Promise<void> => {
  for (const definition of bundle.definitions) {
    const problem = await findChange(definition, catalogue)
    if (problem !== undefined) throw refused(problem.message)
  }
  for (const bundled of bundle.runs) {
    const changed = bundled.approvals.find((approval) => !isOwnRequest(approval))
    if (changed !== undefined) throw refused(describeApproval(bundled.run.id, changed))
    if (!hasOwnBody(bundled))
      throw refused(
        `the idempotency key of run '${bundled.run.id}' belongs to another request: its hash is not its own`,
      )
  }
}

const refused = (message: string): StoreError =>
  new StoreError('corrupt', `the exported run can't be taken in: ${message}`, {
    hint: 'the file was changed after it was exported: export the run again',
  })

interface Change {
  message: string
  /** False: the definition may be intact. */
  isCertain: boolean
}

const findChange = async (definition: Definition, catalogue: Catalogue): Promise<Change | undefined> => {
  const { hash, workflow } = definition
  try {
    const compiled = await compileStoredInTurns(definition, {
      catalogue: withStoredTools(definition, catalogue),
      environment: namesOfVariables(definition),
      takesAnyHash: true,
    })
    if (compiled.hash !== hash)
      return {
        message: `the text of definition '${hash}' has the hash '${compiled.hash}'`,
        isCertain: isHashedAsToday(definition),
      }
    if (compiled.name === workflow) return undefined
    return { message: `definition '${hash}' is of workflow '${compiled.name}', not of '${workflow}'`, isCertain: true }
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return { message: `definition '${hash}': ${thrown.message.split('\n')[0]}`, isCertain: false }
  }
}

/** The tools as they were stored, so that a program's own tools are known too. */
const withStoredTools = ({ links }: Definition, { tools, providers }: Catalogue): Catalogue => {
  const { tools: stored } = links as Partial<Links>
  const known: Iterable<[string, unknown]> = isJsonObject(stored) ? Object.entries(stored) : []
  const entries = [...known].map(([name, schemas]): [string, ToolEntry] => {
    const { input = {}, output = {} } = (isJsonObject(schemas) ? schemas : {}) as Partial<ToolEntry>
    const entry = tools.get(name) ?? { name, description: '', writes: true, input, output, available: true }
    return [name, { ...entry, input, output }]
  })
  return { tools: new Map([...tools, ...entries]), providers }
}

/** Every name that may stand for an environment variable, so that no missing one is a finding. */
const namesOfVariables = ({ source, links }: Definition): string[] => {
  const texts = `${source}\n${JSON.stringify(links)}`
  return [...new Set([...texts.matchAll(/\benv\s*\.\s*([A-Za-z_]\w*)/g)].map(([, name = '']) => name))]
}

const isOwnRequest = (approval: ApprovalRecord): boolean => toRequestHash(approval) === approval.requestHash

const describeApproval = (run: string, { path }: ApprovalRecord): string =>
  `the approval '${path}' of run '${run}' does not show the request that its hash names`

const hasOwnBody = ({ run, rows }: BundledRun): boolean => {
  const created = createdOf(rows)
  if (run.bodyHash === null || created === undefined) return true
  return run.bodyHash === toBodyHash(run.definition, created)
}
