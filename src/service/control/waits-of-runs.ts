/** Reads what runs wait for, their child runs included. It compiles each definition once. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isFault } from '../../core/fault.ts'
import type { CreatedData } from '../../runtime/run-event.ts'
import { toApprovalId } from '../../store/approval-id.ts'
import { createdOf } from '../../store/journal-row.ts'
import type { Definition, RunRecord, Store } from '../../store/store.ts'
import { type CompileStoredOptions, compileStored } from '../workflows/compile-stored.ts'
import { withoutDecided } from './kept-decision.ts'
import { type RunWait, readWaits, toAskedWait } from './run-waits.ts'

/** Limit of child runs that are read for one run. */
const MOST_CHILDREN = 20

export class WaitReader {
  readonly #store: Store
  readonly #catalogue: Catalogue
  readonly #compiled = new Map<string, CompiledWorkflow | undefined>()

  constructor(store: Store, catalogue: Catalogue) {
    this.#store = store
    this.#catalogue = catalogue
  }

  /** Lists waits of a run and its child runs. Empty for a run that has ended or is queued, or whose workflow no longer compiles. */
  async read(run: RunRecord): Promise<RunWait[]> {
    if (run.status !== 'running' || run.phase === 'queued') return []
    const rows = await this.#store.readJournal(run.id)
    const created = createdOf(rows)
    if (created === undefined) return []
    const workflow = await this.#compile(run.definition, created)
    const own = workflow === undefined ? [] : readWaits({ runId: run.id, workflow, rows })
    return [...(await this.#withKept(own, run)), ...(await this.#readChildren(run))]
  }

  /** Adds the approvals that no process has taken up yet. */
  async #withKept(waits: readonly RunWait[], { id: run }: RunRecord): Promise<RunWait[]> {
    if (!waits.some(({ kind }) => kind === 'approval')) return [...waits]
    const undecided = await withoutDecided(this.#store, await this.#store.listApprovals({ run }))
    const byId = new Map(undecided.map((approval) => [toApprovalId(approval), approval]))
    return waits.map((wait) => {
      const open = wait.kind === 'approval' ? byId.get(wait.id) : undefined
      return open === undefined ? wait : toAskedWait(open, toApprovalId(open))
    })
  }

  async #readChildren({ id }: RunRecord): Promise<RunWait[]> {
    const children = await this.#store.listRuns({ parent: id, status: 'running', limit: MOST_CHILDREN })
    return (await Promise.all(children.map((child) => this.read(child)))).flat()
  }

  async #compile(hash: string, { models, env }: CreatedData): Promise<CompiledWorkflow | undefined> {
    const key = JSON.stringify([hash, models, Object.keys(env)])
    if (this.#compiled.has(key)) return this.#compiled.get(key)
    const definition = await this.#store.loadDefinition(hash)
    const compiled =
      definition && tryCompile(definition, { catalogue: this.#catalogue, models, environment: Object.keys(env) })
    this.#compiled.set(key, compiled)
    return compiled
  }
}

const tryCompile = (definition: Definition, options: CompileStoredOptions): CompiledWorkflow | undefined => {
  try {
    return compileStored(definition, options)
  } catch (thrown) {
    if (isFault(thrown)) return undefined
    throw thrown
  }
}
