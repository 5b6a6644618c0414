/**
 * The host: runs machines in this process. It creates, resumes and wakes runs, and starts none once it is stopped.
 *
 * It owns the identity of this process towards the store. held-runs.ts keeps the runs that it holds, child/ opens child runs, run.ts
 * does everything inside a run.
 *
 * Invariants
 * 1. A run is held at most once per host, and claimed once at a time: the store would grant this process a second claim. A run and its
 *    child, both left by a dead process, are woken together, and each wakes the top of the family.
 * 2. The time of a claim is taken before the store is asked: the lease lasts from then at least.
 * 3. A definition and its run are written in one transaction.
 * 4. A claimed run that cannot be resumed is released before the error is thrown. A due run is claimed only when its journal can be read
 *    and its definition is compiled: a server that has just begun leaves it to one that is ready, and an old one to a newer one.
 * 5. A due child run is woken through the run at the top of its family, since its budget and its end belong to its parent.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Clock } from '../core/clock.ts'
import { Fault } from '../core/fault.ts'
import { createRunId } from '../core/run-id.ts'
import { TurnSlices } from '../core/turn-slices.ts'
import type { HostStore, InboxMessage, Owner, QueuedRun, RunRecord } from '../store/store.ts'
import { type Budget, openBudget, type ParentBudget } from './budget/budget.ts'
import type { CallPrices } from './budget/worst-case.ts'
import { CALLED_OFF } from './child/child-id.ts'
import type { RunOpener } from './child/child-parent.ts'
import { createChildPlacement } from './child/child-placement.ts'
import type { SecuredPlacement } from './effects/placement.ts'
import { HeldRuns } from './held-runs.ts'
import { toDefinition, toNewRun, type WantedRun } from './new-run.ts'
import type { OpenOptions, ResumeResult, WakeResult } from './opened-run.ts'
import { Recovering } from './recovering.ts'
import { expectReadable, type RecoveredRun } from './recovery.ts'
import { ResumedDefinitions, type ResumedDefinitionsOptions } from './resumed-definitions.ts'
import { Run } from './run.ts'
import type { CreatedData } from './run-event.ts'
import { ignoreNotices, isolateWatcher, type RunNotice, type RunWatcher } from './run-notice.ts'
import type { RunOptions } from './run-options.ts'
import { toRefusal } from './submit-run.ts'

export interface HostOptions extends Pick<ResumedDefinitionsOptions, 'recompile'> {
  store: HostStore
  owner: Owner
  clock: Clock
  /** Placement and secrets of a run. `folder`: of the workflow's file, if it has one. @throws Fault */
  performerOf(run: { workflow: CompiledWorkflow; folder: string | undefined }): SecuredPlacement
  /** Prices of model calls. Default: all are unknown. */
  prices?: CallPrices
  /** Version of these prices, kept with each new run. */
  pricing?: string
  /** Interval in which inboxes are read, in milliseconds. Default 250. */
  inboxBeatMs?: number
  /** Sees the notices of every run that it holds, child runs too. */
  observe?(notice: RunNotice, run: { id: string; workflow: CompiledWorkflow }): void
  /** True: runs that only wait are let go of, and have to be woken when they are due. Default false. */
  passivates?: boolean
}

export interface NewRunOptions extends Pick<WantedRun, 'input' | 'models' | 'env' | 'folder' | 'origin' | 'key'> {
  /** Id and beginning that are copied from another run. */
  copied?: CopiedRun
  watch?: RunWatcher
  /** Called again and again while the flow makes the run wait. */
  onQueued?: ((queued: QueuedRun) => void) | undefined
}

export interface WakeOptions {
  watch?: (run: string) => RunWatcher
  isFit?: (run: RunRecord) => boolean
}

/** A run that is made from another one. */
export type CopiedRun = Required<Pick<WantedRun, 'id' | 'at' | 'past'>> & Pick<WantedRun, 'keyRun'>

const INBOX_BEAT_MS = 250

/** Interval in which a run that its flow makes wait is tried again. */
const QUEUE_BEAT_MS = 250

/** Stands for the data of a run whose journal is empty. */
const NOT_CREATED: CreatedData = { input: null, lowering: 0, models: {}, env: {} }

const NO_PRICES: CallPrices = { worstCase: () => null }

interface Holding extends Pick<RunOptions, 'workflow' | 'claim' | 'budget' | 'watch' | 'isPaused' | 'isExpired'> {
  performer: SecuredPlacement
  parent: string | undefined
  claimedAt: number
  created: Partial<CreatedData>
}

export class Host {
  readonly #options: HostOptions
  readonly #held: HeldRuns
  readonly #definitions: ResumedDefinitions
  readonly #opener: RunOpener
  /** Many runs are taken up at once: their folds share the event loop with everything else. */
  readonly #turns = new TurnSlices()
  readonly #recovering: Recovering
  /** Ids of the runs that are being resumed. */
  readonly #resuming = new Set<string>()
  #isStopped = false

  constructor(options: HostOptions) {
    const { store, clock, inboxBeatMs = INBOX_BEAT_MS, passivates = false } = options
    this.#options = options
    this.#held = new HeldRuns({ store, clock, inboxBeatMs, passivates })
    this.#definitions = new ResumedDefinitions(options)
    this.#recovering = new Recovering({ store, turns: this.#turns })
    this.#opener = {
      clock,
      store,
      isStopped: () => this.#isStopped,
      resume: (id, open) => this.#resume(id, open),
      create: async (workflow, wanted, open) => {
        const created = await this.#create(workflow, { ...this.#toWanted({ input: wanted.input }), ...wanted }, open)
        return created.kind === 'held' ? created.run : undefined
      },
    }
  }

  /** Number of runs that it holds. */
  get size(): number {
    return this.#held.size
  }

  /**
   * Creates a run and starts it as soon as its flow admits it.
   * @throws StoreError; Fault `conflict` when its flow rejects it
   */
  async start(workflow: CompiledWorkflow, { watch = ignoreNotices, onQueued, ...wanted }: NewRunOptions): Promise<Run> {
    const created = await this.#create(workflow, this.#toWanted(wanted), { watch })
    return created.kind === 'held' ? created.run : this.#awaitTurn(created, { watch, onQueued })
  }

  #toWanted({ copied, ...wanted }: Omit<NewRunOptions, 'watch' | 'onQueued'>): WantedRun {
    const { clock, pricing } = this.#options
    const at = clock.now()
    return { id: createRunId(at), at, ...(pricing === undefined ? {} : { pricing }), ...wanted, ...copied }
  }

  async #create(
    workflow: CompiledWorkflow,
    wanted: WantedRun,
    { watch, above, performer = this.#performerOf(workflow, wanted) }: OpenOptions,
  ): Promise<QueuedRun | { kind: 'held'; run: Run }> {
    const { store, owner, clock } = this.#options
    const { id, parent } = wanted
    const claimedAt = clock.now()
    const run = toNewRun(workflow, wanted, performer.vault)
    // Both in one turn of the event loop, so that they are one transaction.
    const [, result] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.create(run, owner)])
    if (result.kind === 'queued') return result
    if (result.kind !== 'created') throw toRefusal(workflow, result)
    const { claim } = result
    const rows = [run.created, ...(run.rows ?? [])]
    const budget = this.#openBudget(workflow, above)
    for (const row of rows) budget?.recall(row)
    const created = run.created.data
    const holding = { workflow, claim, claimedAt, watch, created, budget, parent, performer }
    const held = this.#hold(await this.#recovering.foldNew(id, workflow, rows), holding)
    held.start({ isResumed: false })
    return { kind: 'held', run: held }
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

  /** Resumes a due run, or the run at the top of its family, if it is fit for this process. */
  async wake(id: string, { watch = () => ignoreNotices, isFit = () => true }: WakeOptions = {}): Promise<WakeResult> {
    const root = await this.#findRoot(id)
    if (root === undefined) return { kind: 'missing' }
    if (this.#isHere(root.id)) return { kind: 'held', run: root }
    if (!isFit(root)) return { kind: 'unfit', run: root }
    const created = await this.#readCreated(root.id)
    await this.#definitions.compile(root, created)
    return this.#resume(root.id, { watch: watch(root.id), created })
  }

  async #findRoot(id: string): Promise<RunRecord | undefined> {
    const { store } = this.#options
    const found = await store.findRun(id)
    if (found.kind !== 'found') return undefined
    let { run } = found
    while (run.parent !== null) {
      const above = await store.findRun(run.parent)
      if (above.kind !== 'found') break
      // A parent whose process died may have ended without cancelling its child.
      if (above.run.status !== 'running') await store.post(run.id, CALLED_OFF)
      if (above.run.status !== 'running') break
      run = above.run
    }
    return run
  }

  /** Claims a run without a lease holder and goes on from its last recorded event. @throws StoreError, Fault */
  resume(id: string, { watch = ignoreNotices }: { watch?: RunWatcher } = {}): Promise<ResumeResult> {
    return this.#resume(id, { watch })
  }

  async #resume(id: string, options: OpenOptions & { created?: CreatedData }): Promise<ResumeResult> {
    if (this.#isHere(id)) return this.#describeHeld(id)
    this.#resuming.add(id)
    try {
      return await this.#claim(id, options)
    } finally {
      this.#resuming.delete(id)
    }
  }

  #isHere(id: string): boolean {
    return this.#held.has(id) || this.#resuming.has(id)
  }

  /** @throws StoreError `too_new` */
  async #readCreated(id: string): Promise<CreatedData> {
    const created = (await this.#options.store.readCreated(id))?.data ?? NOT_CREATED
    expectReadable(created, id)
    return created
  }

  async #claim(
    id: string,
    { watch, above, performer, created: known }: OpenOptions & { created?: CreatedData },
  ): Promise<ResumeResult> {
    const { store, owner, clock } = this.#options
    const claimedAt = clock.now()
    const result = await store.claim(id, owner)
    if (result.kind !== 'claimed') return result
    const { claim } = result
    try {
      const created = known ?? (await this.#readCreated(id))
      const workflow = await this.#definitions.compile(result.run, created)
      const messages = calledOffFirst((await store.readInbox([claim])).map(({ message }) => message))
      const { parent, isPaused } = result.run
      const budget = this.#openBudget(workflow, above)
      const recovered = await this.#recovering.recover(claim, { workflow, budget })
      const holding = {
        workflow,
        claim,
        claimedAt,
        watch,
        created,
        budget,
        isPaused,
        isExpired: result.isExpired,
        parent: parent ?? undefined,
        performer: performer ?? this.#performerOf(workflow, created),
      }
      const run = await this.#turns.do(() => {
        const held = this.#hold(recovered, holding)
        // The first lease holder: no effect has begun.
        held.start({ isResumed: claim.epoch > 1, messages })
        return held
      })
      return { kind: 'resumed', run }
    } catch (thrown) {
      await store.release(claim)
      throw thrown
    }
  }

  #openBudget({ limits }: CompiledWorkflow, parent: ParentBudget | undefined): Budget | undefined {
    return openBudget(limits, { prices: this.#options.prices ?? NO_PRICES, parent })
  }

  #performerOf(workflow: CompiledWorkflow, { folder }: { folder?: string | undefined }): SecuredPlacement {
    return this.#options.performerOf({ workflow, folder })
  }

  #observed(watch: RunWatcher, run: { id: string; workflow: CompiledWorkflow }): RunWatcher {
    const { observe } = this.#options
    if (observe === undefined) return watch
    return (notice) => {
      watch(notice)
      observe(notice, run)
    }
  }

  /** Lets go of every run without an end, so that any process can resume it at once. Effects in flight have `graceMs` to end. */
  async stop({ graceMs = 0 }: { graceMs?: number } = {}): Promise<void> {
    this.#isStopped = true
    await this.#held.releaseAll(graceMs)
  }

  async #describeHeld(id: string): Promise<ResumeResult> {
    const found = await this.#options.store.findRun(id)
    return found.kind === 'found' ? { kind: 'held', run: found.run } : { kind: 'missing' }
  }

  #hold(recovered: RecoveredRun, { parent, performer, claimedAt, created, ...held }: Holding): Run {
    const { store, clock } = this.#options
    const { workflow, claim, budget, watch } = held
    const { runId: id } = claim
    const { keyRun } = recovered
    const { env = {}, folder } = created
    const children = { id, keyRun, workflow, env, folder, budget, performer }
    const run = new Run(recovered, {
      ...held,
      store,
      clock,
      placement: createChildPlacement(children, this.#opener),
      vault: performer.vault,
      watch: isolateWatcher(this.#observed(watch, { id, workflow })),
      isLeaseFresh: () => this.#held.isFresh(id),
      renewLease: async () => !(await this.#held.renew()).has(id),
    })
    this.#held.add({ run, parent, renewedAt: claimedAt })
    return run
  }
}

/** A child run whose parent is over must not go on: this message counts before any that came earlier. */
const calledOffFirst = (messages: readonly InboxMessage[]): InboxMessage[] => [
  ...messages.filter(({ id }) => id === CALLED_OFF.id),
  ...messages.filter(({ id }) => id !== CALLED_OFF.id),
]
