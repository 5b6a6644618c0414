/**
 * The host: runs machines in this process. Creates, resumes and cancels runs, keeps their leases, empties their inboxes.
 *
 * It owns this process's identity towards the store. Which runs it holds, and what keeps them, is in held-runs.ts; what happens
 * inside a run is the run's (run.ts).
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Clock } from '../core/clock.ts'
import { Fault } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { createRunId } from '../core/run-id.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'
import { createdOf, type JournalRow } from '../store/journal-row.ts'
import type { Claim, Definition, Owner, QueuedRun, RunOrigin, RunRecord, Store } from '../store/store.ts'
import { Budget, type ParentBudget, spentOf } from './budget/budget.ts'
import { type CallPrices, NOTHING } from './budget/worst-case.ts'
import { checkInput } from './check-input.ts'
import { CALLED_OFF, toChildId } from './child/child-id.ts'
import { type ChildHost, type OpenedChild, performChild, type WantedChild } from './child/child-run.ts'
import type { Placement } from './effects/placement.ts'
import { HeldRuns } from './held-runs.ts'
import { toDefinition, toNewRun, type WantedRun } from './new-run.ts'
import { expectReadable, type RecoveredRun, recoverRun } from './recovery.ts'
import { ResumedDefinitions } from './resumed-definitions.ts'
import { Run } from './run.ts'
import type { CreatedData } from './run-event.ts'
import type { RunWatcher } from './run-notice.ts'
import { contextOf } from './scope/scope.ts'
import { type Submitted, submitRun, toRefusal } from './submit-run.ts'

export interface HostOptions {
  store: Store
  owner: Owner
  clock: Clock
  /** What runs are performed with, and what they keep secret; undefined `folder`: it has none. @throws Fault */
  surround(run: { workflow: CompiledWorkflow; folder: string | undefined }): Surroundings
  /** Compiles a stored definition again. @throws Fault `invalid_input` when it no longer compiles */
  recompile(
    definition: Definition,
    created: Pick<CreatedData, 'models' | 'env'>,
  ): CompiledWorkflow | Promise<CompiledWorkflow>
  /** What calls may cost; default: nobody knows. */
  prices?: CallPrices
  /** Which prices these are: kept with each new run. */
  pricing?: string
  /** How often inboxes are read, in milliseconds; default 250. */
  inboxBeatMs?: number
  /** Whether runs that only wait are let go of: somebody then has to `wake` them. Default false. */
  passivates?: boolean
}

export interface Surroundings {
  placement: Placement
  vault: SecretVault
}

export interface NewRunOptions {
  /** Already checked against the workflow's schema, defaults filled in. */
  input: JsonValue
  models?: Record<string, string>
  env?: JsonObject
  /** Kept with the run, for whoever resumes it. */
  folder?: string
  origin?: RunOrigin
  /** Idempotency key. */
  key?: string
  /** What it has from another run, its id and its beginning with it. */
  copied?: CopiedRun
  watch?: RunWatcher
  /** Told again and again while its flow makes it wait. */
  onQueued?: ((queued: QueuedRun) => void) | undefined
}

/** A run as it is made from another one. */
export type CopiedRun = Required<Pick<WantedRun, 'id' | 'at' | 'past'>> & Pick<WantedRun, 'keyRun'>

export type ResumeResult =
  | { kind: 'resumed'; run: Run }
  | { kind: 'held' | 'ended'; run: RunRecord }
  | QueuedRun
  | { kind: 'missing' }

const INBOX_BEAT_MS = 250

/** How often a run that its flow makes wait is tried again. */
const QUEUE_BEAT_MS = 250

/** Of a run whose journal is gone. */
const NOT_CREATED: CreatedData = { input: null, lowering: 0, models: {}, env: {} }

const NO_PRICES: CallPrices = { worstCase: () => null }

const nobody: RunWatcher = () => {}

/** A view that fails must not take its run with it. */
const isolated =
  (watch: RunWatcher): RunWatcher =>
  (notice) => {
    try {
      watch(notice)
    } catch {
      // Nobody to tell: the view was.
    }
  }

interface Holding {
  surroundings: Surroundings
  parent: string | undefined
  workflow: CompiledWorkflow
  claim: Claim
  /** Before the store was asked for it: its lease runs from then on at the earliest. */
  claimedAt: number
  watch: RunWatcher
  /** The run's journal so far. */
  rows: readonly JournalRow[]
  isPaused?: boolean
  /** Of a child: what its parent may spend as well. */
  above?: ParentBudget | undefined
}

/** What a child takes from its parent. */
interface ChildParent {
  id: string
  keyRun: string
  env: JsonObject
  budget: Budget | undefined
  surroundings: Surroundings
}

interface OpenOptions {
  watch: RunWatcher
  above?: ParentBudget | undefined
  /** Of a child: its parent's. */
  surroundings?: Surroundings
}

export class Host {
  readonly #options: HostOptions
  readonly #held: HeldRuns
  readonly #definitions: ResumedDefinitions
  #isStopped = false

  constructor(options: HostOptions) {
    const { store, clock, inboxBeatMs = INBOX_BEAT_MS, passivates = false } = options
    this.#options = options
    this.#held = new HeldRuns({ store, clock, inboxBeatMs, passivates })
    this.#definitions = new ResumedDefinitions(options)
  }

  /** How many runs it holds. */
  get size(): number {
    return this.#held.size
  }

  /**
   * Creates a run and starts it, as soon as its flow lets it begin.
   * @throws StoreError; Fault `conflict` when its flow rejects it
   */
  start(workflow: CompiledWorkflow, { watch = nobody, onQueued, ...wanted }: NewRunOptions): Promise<Run> {
    return this.#create(workflow, this.#toWanted(wanted), { watch, onQueued })
  }

  /** Leaves a run to whoever takes up what is queued. @throws as `submitRun` */
  submit(workflow: CompiledWorkflow, wanted: Omit<NewRunOptions, 'watch' | 'onQueued'>): Promise<Submitted> {
    const { vault } = this.#surround(workflow, wanted.folder)
    return submitRun(workflow, this.#toWanted(wanted), { store: this.#options.store, vault })
  }

  #toWanted({ copied, ...wanted }: Omit<NewRunOptions, 'watch' | 'onQueued'>): WantedRun {
    const { clock, pricing } = this.#options
    const at = clock.now()
    return { id: createRunId(at), at, ...(pricing === undefined ? {} : { pricing }), ...wanted, ...copied }
  }

  async #create(
    workflow: CompiledWorkflow,
    wanted: WantedRun,
    {
      watch,
      above,
      onQueued,
      surroundings = this.#surround(workflow, wanted.folder),
    }: OpenOptions & Pick<NewRunOptions, 'onQueued'>,
  ): Promise<Run> {
    const { store, owner, clock } = this.#options
    const { id, parent } = wanted
    const claimedAt = clock.now()
    const run = toNewRun(workflow, wanted, surroundings.vault)
    // Asked for in one turn of the event loop, so that both are one transaction.
    const [, result] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.create(run, owner)])
    if (result.kind === 'queued') return this.#awaitTurn(result, { watch, onQueued })
    if (result.kind !== 'created') throw toRefusal(workflow, result)
    const { claim } = result
    const rows = [run.created, ...(run.rows ?? [])]
    const held = this.#hold(recoverRun(id, workflow, rows), {
      workflow,
      claim,
      claimedAt,
      watch,
      rows,
      above,
      parent,
      surroundings,
    })
    held.start({ isResumed: false })
    return held
  }

  async #awaitTurn(
    queued: QueuedRun,
    { watch, onQueued }: Pick<NewRunOptions, 'onQueued'> & OpenOptions,
  ): Promise<Run> {
    const { clock } = this.#options
    onQueued?.(queued)
    await new Promise<void>((resolve) => clock.wakeAt(clock.now() + QUEUE_BEAT_MS, resolve))
    const { id } = queued.run
    if (this.#isStopped) throw new Fault('unavailable', `run '${id}' is queued, and this process has stopped`)
    const resumed = await this.resume(id, { watch })
    if (resumed.kind === 'resumed') return resumed.run
    if (resumed.kind === 'queued') return this.#awaitTurn(resumed, { watch, onQueued })
    throw new Fault('conflict', `run '${id}' was taken by another process while it was queued`, {
      details: { run: id },
    })
  }

  /** Goes on with a run that is due, and with the runs whose step it is: a child's budget and end are its parent's. */
  async wake(
    id: string,
    { watch = () => nobody }: { watch?: (run: string) => RunWatcher } = {},
  ): Promise<ResumeResult> {
    const { store } = this.#options
    let found = await store.findRun(id)
    while (found.kind === 'found' && found.run.parent !== null) {
      const above = await store.findRun(found.run.parent)
      if (above.kind !== 'found') break
      if (above.run.status !== 'running') {
        // Its parent's process died before it could call it off.
        await store.post(found.run.id, CALLED_OFF)
        break
      }
      found = above
    }
    if (found.kind !== 'found') return { kind: 'missing' }
    const { id: root } = found.run
    return this.resume(root, { watch: watch(root) })
  }

  /** Takes over a run that nobody holds and goes on from its last recorded event. @throws StoreError, Fault */
  resume(id: string, { watch = nobody }: { watch?: RunWatcher } = {}): Promise<ResumeResult> {
    return this.#resume(id, { watch, above: undefined })
  }

  async #resume(id: string, { watch, above, surroundings }: OpenOptions): Promise<ResumeResult> {
    const { store, owner, clock } = this.#options
    // The store would give it to us a second time, since we hold it already.
    if (this.#held.has(id)) return this.#describeHeld(id)
    const claimedAt = clock.now()
    const result = await store.claim(id, owner)
    if (result.kind !== 'claimed') return result
    const { claim } = result
    try {
      const rows = await store.readJournal(id)
      const created = createdOf(rows) ?? NOT_CREATED
      expectReadable(created, id)
      const workflow = await this.#definitions.compile(result.run, created)
      const messages = (await store.readInbox([claim])).map(({ message }) => message)
      const { parent, isPaused } = result.run
      const run = this.#hold(recoverRun(id, workflow, rows), {
        workflow,
        claim,
        claimedAt,
        watch,
        rows,
        above,
        isPaused,
        parent: parent ?? undefined,
        surroundings: surroundings ?? this.#surround(workflow, created.folder),
      })
      // The first to hold it: nobody has begun what is open in it.
      run.start({ isResumed: claim.epoch > 1, messages })
      return { kind: 'resumed', run }
    } catch (thrown) {
      await store.release(claim)
      throw thrown
    }
  }

  #surround(workflow: CompiledWorkflow, folder: string | undefined): Surroundings {
    return this.#options.surround({ workflow, folder })
  }

  /** Lets go of every run without ending it, so that each can be resumed at once by anyone; what is in flight has `graceMs` to end. */
  async stop({ graceMs = 0 }: { graceMs?: number } = {}): Promise<void> {
    this.#isStopped = true
    await this.#held.releaseAll(graceMs)
  }

  async #describeHeld(id: string): Promise<ResumeResult> {
    const found = await this.#options.store.findRun(id)
    return found.kind === 'found' ? { kind: 'held', run: found.run } : { kind: 'missing' }
  }

  #hold(recovered: RecoveredRun, holding: Holding): Run {
    const { store, clock } = this.#options
    const { parent, workflow, claim, claimedAt, watch, rows, isPaused = false, above, surroundings } = holding
    const { runId: id } = claim
    const { keyRun } = recovered
    const budget = this.#budgetOf(workflow, { rows, above })
    const run = new Run(recovered, {
      workflow,
      claim,
      store,
      clock,
      placement: this.#placementOf({ id, keyRun, workflow, env: envOf(recovered), budget, surroundings }),
      vault: surroundings.vault,
      budget,
      watch: isolated(watch),
      isPaused,
      isLeaseFresh: () => this.#held.isFresh(id),
      renewLease: async () => !(await this.#held.renew()).has(id),
    })
    this.#held.add({ run, parent, renewedAt: claimedAt })
    return run
  }

  #budgetOf(
    { limits }: CompiledWorkflow,
    { rows, above }: { rows: readonly JournalRow[]; above: ParentBudget | undefined },
  ): Budget | undefined {
    if (limits.costUsd === undefined && limits.tokens === undefined && above === undefined) return undefined
    const budget = new Budget(limits, { prices: this.#options.prices ?? NO_PRICES, parent: above })
    // Held before by this process, it has been counted already.
    above?.budget.setBelow(above.attempt, NOTHING)
    for (const row of rows) budget.recall(row)
    return budget
  }

  /** Child runs are the host's own; everything else is performed where the placement says. */
  #placementOf(parent: ChildParent & { workflow: CompiledWorkflow }): Placement {
    const { clock } = this.#options
    const { placement } = parent.surroundings
    const host: ChildHost = {
      clock,
      open: (id, wanted) => this.#openChild(id, { ...wanted, parent }),
    }
    return {
      perform: (call, context) =>
        call.kind === 'workflow' ? performChild({ parent, call, context }, host) : placement.perform(call, context),
    }
  }

  async #openChild(
    id: string,
    { workflow, input, attempt, parent }: WantedChild & { parent: ChildParent },
  ): Promise<OpenedChild> {
    if (this.#isStopped) return { kind: 'held' }
    const above = parent.budget && { budget: parent.budget, attempt }
    const { surroundings } = parent
    const resumed = await this.#resume(id, { watch: nobody, above, surroundings })
    if (resumed.kind === 'resumed') return { kind: 'running', run: resumed.run }
    if (resumed.kind === 'ended') {
      if (above !== undefined) above.budget.setBelow(attempt, spentOf(await this.#options.store.readJournal(id)))
      return { kind: 'ended', run: resumed.run }
    }
    if (resumed.kind !== 'missing') return { kind: 'held' }
    const checked = await checkInput(workflow, input)
    // Under the keys of another run, its child's as well.
    const keys = parent.keyRun === parent.id ? {} : { keyRun: toChildId(parent.keyRun, attempt) }
    const wanted = { ...this.#toWanted({ input: checked, env: parent.env }), id, parent: parent.id, ...keys }
    return { kind: 'running', run: await this.#create(workflow, wanted, { watch: nobody, above, surroundings }) }
  }
}

const envOf = ({ state }: RecoveredRun): JsonObject => (state.root === undefined ? {} : contextOf(state.root).env)
